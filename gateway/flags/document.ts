import { LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import { excessOf } from "../config/yaml-bounds.ts";
import { STAGES } from "../routes/route.ts";
import { isAddressRange } from "../config/network.ts";
import type { Side } from "../upstreams/upstream.ts";
import { parseAttribute } from "./attribute.ts";
import type { FlagSnapshot, RouteFlag } from "./flag-source.ts";
import { flagRule, type Condition, type FlagRule } from "./rule.ts";

export const MAX_FLAG_BYTES = 256 * 1024;
const MAX_PROBLEMS = 20;

const moment = z.iso.datetime({
  offset: true,
  error: "is no ISO 8601 time, such as 2027-01-31T12:00:00Z",
});

/** Who did it, why and when; for people, never read by a decision. */
const signature = {
  by: z.string().max(200).optional(),
  reason: z.string().max(2000).optional(),
  at: moment.optional(),
};

const percentage = z
  .number("must be a number: the share of clients, 0–100, that the function answers")
  .min(0, "must be 0–100")
  .max(100, "must be 0–100")
  .multipleOf(0.001, "must be a multiple of 0.001");
const side = z.enum(["legacy", "function"], "must be legacy or function");
const text = z.string("must be text").max(1000);

const condition = z
  .strictObject({
    of: text.refine(
      (source) => parseAttribute(source) !== null,
      "must be header:NAME, cookie:NAME, query:NAME, param:NAME, claim:NAME, address or host",
    ),
    equals: text.optional(),
    in: z.array(text).min(1, "must not be empty").max(10_000).optional(),
    prefix: text.min(1, "must not be empty").optional(),
    range: z
      .array(z.string().refine(isAddressRange, "is no address and no address range"))
      .min(1, "must not be empty")
      .optional(),
  })
  .refine(
    ({ equals, in: list, prefix, range }) =>
      [equals, list, prefix, range].filter((test) => test !== undefined).length === 1,
    "needs exactly one of equals, in, prefix, range",
  );

const rule = z
  .strictObject({
    when: z.array(condition).min(1, "needs a condition").max(20),
    /** One side for all that match, or a share of them. */
    side: side.optional(),
    percent: percentage.optional(),
    until: moment.optional(),
    note: z.string().max(2000).optional(),
  })
  .refine((one) => (one.side === undefined) !== (one.percent === undefined), "needs either side or percent");

/** What a flag may say besides its stage. */
const more = {
  kill: z.boolean("must be true or false").optional(),
  pause: z.boolean("must be true or false").optional(),
  until: moment.optional(),
  testers: z
    .strictObject({
      function: z.array(text).max(10_000).optional(),
      legacy: z.array(text).max(10_000).optional(),
    })
    .optional(),
  rules: z.array(rule).max(100).optional(),
};

const routeFlag = z.discriminatedUnion(
  "stage",
  [
    z.strictObject({ stage: z.enum(["legacy", "shadow", "cutover", "retired"]), ...more, ...signature }),
    z.strictObject({
      stage: z.literal("canary"),
      percent: percentage,
      ...more,
      ...signature,
    }),
  ],
  `must name a stage: ${STAGES.join(", ")}`,
);

/** The flag document, wherever it is kept. The top-level signature is that of the newest version. */
export const flagDocument = z.strictObject(
  {
    version: z.int("must be an integer").min(0, "must not be negative"),
    kill: z.boolean("must be true or false").default(false),
    /** Redraws who is in every canary; the same on every gateway, as all read the same document. */
    salt: z.string("must be text").max(200).optional(),
    routes: z
      .record(
        z.string().regex(/^[A-Za-z]/, "must start with a letter"),
        routeFlag,
        "must map route ids to their flags",
      )
      .default({}),
    ...signature,
  },
  "must hold version, kill and routes",
);
export type FlagDocument = z.infer<typeof flagDocument>;

export type ParsedFlags =
  | { readonly ok: true; readonly document: FlagDocument; readonly snapshot: FlagSnapshot }
  /** Each problem is `line:column: what is wrong`. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Parses a flag document in YAML or JSON, or says everything that is wrong with it; never half of it. Never throws. */
export function parseFlags(text: string): ParsedFlags {
  if (Buffer.byteLength(text) > MAX_FLAG_BYTES) return rejected(["1:1: a flag document has at most 256 KiB"]);
  const excess = excessOf(text);
  if (excess !== null) return rejected([`1:1: ${excess}`]);
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const faults = [...yaml.errors, ...yaml.warnings];
  if (faults.length > 0) return rejected(faults.map((fault) => `${at(fault.pos[0])}: ${fault.message}`));

  let content: unknown;
  try {
    content = yaml.toJS({ maxAliasCount: 0 });
  } catch {
    return rejected(["1:1: aliases (*name) are not read here: write the value out"]);
  }
  const result = flagDocument.safeParse(content);
  if (result.success) return { ok: true, document: result.data, snapshot: snapshotOf(result.data) };
  return rejected(result.error.issues.map((issue) => `${at(offsetOf(yaml, issue.path))}: ${inWords(issue)}`));
}

function rejected(problems: readonly string[]): ParsedFlags {
  if (problems.length <= MAX_PROBLEMS) return { ok: false, problems };
  const more = problems.length - MAX_PROBLEMS;
  return { ok: false, problems: [...problems.slice(0, MAX_PROBLEMS), `1:1: and ${more} more problems`] };
}

function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? "the document" : issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const onlyCanary = issue.keys.includes("percent") ? " (percent belongs to stage canary)" : "";
    return `${where} has unknown keys: ${issue.keys.join(", ")}${onlyCanary}; remove them`;
  }
  if (issue.code === "invalid_key")
    return `${where}: a route's id ${issue.issues[0]?.message ?? issue.message}`;
  return `${where}: ${issue.message}`;
}

/** Where the nearest thing that exists on the way to a path begins. */
function offsetOf(yaml: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node: unknown = yaml.getIn(path.slice(0, depth), true);
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)) {
      return Number(node.range[0]);
    }
  }
  return 0;
}

function snapshotOf(document: FlagDocument): FlagSnapshot {
  const routes = new Map<string, RouteFlag>();
  for (const [id, flag] of Object.entries(document.routes)) routes.set(id, routeFlagOf(flag));
  return {
    version: String(document.version),
    routes,
    killed: document.kill,
    ...(document.salt !== undefined && { salt: document.salt }),
  };
}

function routeFlagOf(flag: z.infer<typeof routeFlag>): RouteFlag {
  const { kill, pause, until, testers, rules } = flag;
  return {
    stage: flag.stage,
    percent: flag.stage === "canary" ? flag.percent : 0,
    ...(kill === true && { killed: true }),
    ...(pause === true && { paused: true }),
    ...(until !== undefined && { untilMs: Date.parse(until) }),
    ...(testers !== undefined && { testers: testersOf(testers) }),
    ...(rules !== undefined && rules.length > 0 && { rules: rules.map(ruleOf) }),
  };
}

/** Listed twice, a tester stays on legacy, where everybody comes from. */
function testersOf(listed: NonNullable<z.infer<typeof more.testers>>): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const key of listed.function ?? []) sides.set(key, "function");
  for (const key of listed.legacy ?? []) sides.set(key, "legacy");
  return sides;
}

function ruleOf({ when, side: to, percent = 0, until }: z.infer<typeof rule>): FlagRule {
  const untilMs = until === undefined ? undefined : Date.parse(until);
  return flagRule(when.map(conditionOf), to ?? { percent }, untilMs);
}

function conditionOf({ of, equals, in: values, prefix, range }: z.infer<typeof condition>): Condition {
  const attribute = parseAttribute(of)!;
  if (equals !== undefined) return { of: attribute, test: { kind: "equals", value: equals } };
  if (values !== undefined) return { of: attribute, test: { kind: "in", values } };
  if (prefix !== undefined) return { of: attribute, test: { kind: "prefix", value: prefix } };
  return { of: attribute, test: { kind: "range", ranges: range ?? [] } };
}
