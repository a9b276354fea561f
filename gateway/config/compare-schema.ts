import { z } from "zod";
import type { CompareRules, Matcher } from "../diff/rules.ts";
import { compileRules } from "../diff/places.ts";
import { duration } from "./fields.ts";

const place = z
  .string()
  .min(1)
  .max(500)
  .regex(/^(?:status|failure|(?:header|cookie)\/.+|body(?:\/.*)?|\*\*)$/s, {
    error: "a place is status, failure, header/NAME, cookie/NAME or body/PATH, as `banyan diffs` writes it",
  })
  .meta({
    description:
      "A place as `banyan diffs` writes it; `*` stands for one step, `**` at the end for all below.",
    examples: ["body/items/*/updatedAt"],
  });

const LOOKS = ["uuid", "timestamp", "date", "url", "integer", "number", "text", "any"] as const;

const matcher = z
  .strictObject({
    at: place,
    like: z.enum([...LOOKS, "same-time", "same-number", "same-but-case", "same-but-space"]).meta({
      description: "What a value has to look like on both sides, instead of being the same.",
      examples: ["timestamp"],
    }),
    within: z
      .union([duration, z.number().min(0)])
      .optional()
      .meta({
        description: "How far apart: a duration with same-time, a number with same-number.",
        examples: ["2s"],
      }),
  })
  .superRefine(({ like, within }, ctx) => {
    const needed = like === "same-time" || like === "same-number";
    if (needed === (within !== undefined)) return;
    const message = needed ? `\`${like}\` needs \`within\`` : `\`${like}\` takes no \`within\``;
    ctx.addIssue({
      code: "custom",
      path: ["like"],
      message,
      params: { hint: "see `banyan diffs` for places" },
    });
  });

const ignore = z.strictObject({
  at: place,
  kind: z
    .enum(["failure", "status", "value", "type", "missing", "extra", "order", "shape", "bytes"])
    .optional()
    .describe("Only this kind of difference."),
  owner: z
    .string()
    .min(1)
    .meta({ description: "Who answers for it.", examples: ["team-checkout"] }),
  reason: z
    .string()
    .min(1)
    .meta({ description: "Why it may differ.", examples: ["rounding, see #123"] }),
  until: z.iso
    .date({ error: "write a day, such as 2027-01-31" })
    .meta({ description: "The last day on which it counts.", examples: ["2027-01-31"] }),
});

const array = z
  .strictObject({
    at: place,
    as: z
      .enum(["list", "set", "keyed"])
      .describe("By position, in any order, or by a field of each element."),
    key: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "That field, with keyed.", examples: ["sku"] }),
  })
  .superRefine(({ as, key }, ctx) => {
    if ((as === "keyed") === (key !== undefined)) return;
    const message = as === "keyed" ? "`keyed` needs its `key`" : "`key` has no meaning here";
    ctx.addIssue({
      code: "custom",
      path: ["as"],
      message,
      params: { hint: "write `as: keyed` and `key: sku`" },
    });
  });

/** How the answers of a route are compared. */
export const compareEntry = z
  .strictObject({
    matchers: z.array(matcher).prefault([]).describe("What values look like that are never the same."),
    ignore: z.array(ignore).prefault([]).describe("Differences that somebody answers for, until a day."),
    arrays: z.array(array).prefault([]).describe("How elements of lists find each other."),
    nullIsAbsent: z
      .boolean()
      .prefault(false)
      .meta({ description: "True when null is as good as absent.", examples: [true] }),
    numbersAsWritten: z
      .boolean()
      .prefault(false)
      .meta({ description: "True when 1 and 1.0 differ.", examples: [false] }),
    ignoredHeaders: z
      .array(z.string().min(1))
      .prefault([])
      .meta({ description: "Header fields that are not compared.", examples: [["x-served-by"]] }),
    markup: z
      .enum(["structure", "text", "bytes"])
      .prefault("structure")
      .describe("How HTML and XML are compared."),
  })
  .superRefine((entry, ctx) => {
    try {
      compileRules(compareRules(entry));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      ctx.addIssue({ code: "custom", message, params: { hint: "write a place as `banyan diffs` does" } });
    }
  })
  .describe("How the two answers are compared.");

export type CompareEntry = z.output<typeof compareEntry>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** What is written, as rules. Their ids say what they do and where. */
export function compareRules(entry: CompareEntry): CompareRules {
  const { matchers, ignore: ignores, arrays, ignoredHeaders, ...same } = entry;
  return {
    ...same,
    matchers: matchers.map(({ at, like, within }) => ({
      id: `${like} ${at}`,
      at,
      matcher: matcherOf(like, within ?? 0),
    })),
    ignores: ignores.map(({ at, kind = null, owner, reason, until }) => ({
      id: `ignore ${at}`,
      at,
      kind,
      owner,
      reason,
      until: Date.parse(`${until}T00:00:00Z`) + DAY_MS,
    })),
    arrays: arrays.map(({ at, as, key = null }) => ({ id: `${as} ${at}`, at, as, key })),
    ignoredHeaders: ignoredHeaders.map((name) => name.toLowerCase()),
  };
}

function matcherOf(like: CompareEntry["matchers"][number]["like"], within: number): Matcher {
  if (like === "same-time") return { like, withinMs: within };
  if (like === "same-number") return { like, within };
  return { like };
}
