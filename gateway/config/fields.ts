import { z } from "zod";
import { parsePattern } from "../routes/pattern.ts";
import { DURATION, durationMs } from "./duration.ts";
import { isAddressRange, isHostPattern, isHttpUrl } from "./network.ts";
import type { RuleId } from "./rules.ts";
import { parseStickySource, STICKY_SOURCE } from "./sticky-source.ts";

/** What a check of this file says about a value: the rule that was broken, and what to do. */
interface Verdict {
  readonly message: string;
  readonly hint?: string;
  readonly rule?: RuleId;
}

function refuse(ctx: z.RefinementCtx, { message, hint, rule }: Verdict): never {
  ctx.addIssue({ code: "custom", message, params: { hint, rule } });
  return z.NEVER;
}

/** A text that one parser reads; null from it means `message`. */
function parsed<T>(base: z.ZodString, parse: (text: string) => T | null, message: string) {
  return base.transform((text, ctx): T => parse(text) ?? refuse(ctx, { message }));
}

const withoutUnit = (issue: { input?: unknown }) =>
  typeof issue.input === "number" ? `\`${issue.input}\` has no unit` : undefined;

export const duration = parsed(
  z
    .string({ error: withoutUnit })
    .regex(DURATION, { error: "this is no duration" })
    .meta({ examples: ["3s", "250ms", "5m"] }),
  durationMs,
  "a duration is 1ms to 24h",
);

export const httpUrl = z.string().refine(isHttpUrl, { error: "this is no http or https URL" });

const stickySource = parsed(
  z
    .string()
    .regex(STICKY_SOURCE, { error: "this is no source of a key" })
    .meta({
      examples: ["header:x-user-id", "cookie:sid", "query:u", "param:id", "address", "new-cookie:banyan"],
    }),
  parseStickySource,
  "this is no valid name for such a source",
);

export const stickyBy = z
  .array(stickySource)
  .min(1)
  .describe(
    "Where the key comes from that keeps a client on its side of a canary; the first that is there wins.",
  );

export const method = z
  .string()
  .regex(/^[A-Z][A-Z-]*$/, { error: "a method is written in capitals" })
  .meta({ examples: ["GET", "POST", "PUT"] });

export const path = z
  .string()
  .meta({
    description: "Path template. {name} is one segment, {name*} the rest of the path.",
    examples: ["/api/orders/{id}", "/files/{rest*}"],
  })
  .transform((text, ctx) => {
    const pattern = parsePattern(text);
    if (!("problem" in pattern)) return pattern;
    return refuse(ctx, { message: pattern.problem, hint: pattern.hint, rule: "BYN1008" });
  });

export const host = parsed(
  z.string().meta({
    description: "Exact host or *.suffix, without port. Any host when absent.",
    examples: ["shop.example.com", "*.example.com"],
  }),
  (text) => (isHostPattern(text.toLowerCase()) ? text.toLowerCase() : null),
  "this is no host name",
);

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
export const identifier = z
  .string()
  .regex(ID, { error: "an id is lower-case letters, digits and `-`, and begins with no `-`" })
  .meta({ examples: ["get-order"] });

export const timeout = duration
  .optional()
  .describe("From the request's last byte to the answer's headers; 30s unless set.");

export const addressRange = z
  .string()
  .refine(isAddressRange, { error: "this is no address and no address range" })
  .meta({ examples: ["10.0.0.0/8", "127.0.0.1", "fd00::/8"] });
