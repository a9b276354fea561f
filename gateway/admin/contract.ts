import { z } from "zod";
import { GATED_STAGES } from "../evidence/gate.ts";
import { STAGES } from "../routes/route.ts";

/** What the operator's API takes and gives, defined once for the server and for those who call it. */

const stage = z.enum(STAGES);
export const side = z.enum(["legacy", "function"]);
export const breakerState = z.enum(["closed", "open", "half-open"]);
export const counts = z.record(z.string(), z.number());

/** A place on the ladder; only a canary has a percentage. */
export const rung = z.object({ stage, percent: z.number().nullable() });

const routeId = z.string("name a route").min(1, "name a route").max(200);
const reason = z.string("say why").trim().min(1, "say why").max(2000);
const signed = {
  /** Who asks, for people to read; whoever is known by proof signs with that name instead. */
  by: z.string().trim().min(1).max(200).optional(),
  reason: reason.optional(),
  /** The flag version this was decided on: when it has moved on since, nothing is changed. */
  expectVersion: z.string().min(1).max(200).optional(),
  /** Says what would happen, and changes nothing. */
  dryRun: z.boolean().optional(),
};
const percent = z.number("a percentage is a number").optional();
/** Allows to skip rungs on the way up, to go up without evidence, to move what is paused, and to split a group. */
const force = z.boolean().optional();
/** True when all routes of the same group move with it. */
const group = z.boolean().optional();

export const flipRequest = z.strictObject({
  ...signed,
  reason,
  route: routeId,
  stage: z.enum(STAGES, `a stage is one of ${STAGES.join(", ")}`),
  percent,
  force,
  group,
  /** When the flag ends and the stage of routes.yaml counts again. */
  until: z.iso.datetime({ offset: true, error: "write a time as ISO 8601" }).optional(),
});
export const promoteRequest = z.strictObject({ ...signed, route: routeId, percent, force, group });
export const pauseRequest = z.strictObject({
  ...signed,
  route: routeId,
  on: z.boolean("say `on: true` or `on: false`"),
});
export const rollbackRequest = z.union(
  [
    z.strictObject({ ...signed, route: routeId, percent, group }),
    z.strictObject({ ...signed, all: z.literal(true) }),
  ],
  "name one `route`, or say `all: true`",
);
export const killRequest = z.strictObject({
  ...signed,
  on: z.boolean("say `on: true` or `on: false`"),
  /** Everything unless one is named. */
  route: routeId.optional(),
});
export const explainRequest = z.strictObject({
  method: z
    .string("name a method")
    .regex(/^[A-Za-z][A-Za-z-]*$/, "name a method, such as GET")
    .default("GET"),
  /** A path with its query, or an absolute URL. */
  url: z.string("name a URL").min(1, "name a URL").max(16_384),
  headers: z
    .array(z.tuple([z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "is no field name"), z.string()]))
    .max(200)
    .default([]),
});

/** Times are wall-clock milliseconds. */
export const diffsRequest = z.strictObject({
  route: routeId.optional(),
  since: z.coerce.number("a time is milliseconds since 1970").int().min(0).optional(),
  /** Place of a group, whose samples are wanted. */
  at: z.string().min(1).max(2000).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
});

/** Times are wall-clock milliseconds. */
export const reportRequest = z.strictObject({
  /** All that were ever compared when none is named. */
  routes: z.array(routeId).max(1000).default([]),
  /** One rung up when absent. */
  to: z.enum(GATED_STAGES, `evidence is asked for ${GATED_STAGES.join(", ")}`).optional(),
  since: z.coerce.number("a time is milliseconds since 1970").int().min(0).optional(),
});

export const recordRequest = z.strictObject({
  /** Share of the sessions. */
  percent: z.coerce.number("a percentage is a number").gt(0).max(100).default(100),
  /** Only these; everything when none is named. */
  route: z.array(routeId).max(200).default([]),
});

/** What a flip, promote, rollback or kill came to. */
export const flipped = z.object({
  /** False when nothing had to change, and for a dry run. */
  made: z.boolean(),
  dryRun: z.boolean(),
  previousVersion: z.string(),
  version: z.string(),
  /** The kill switch afterwards. */
  killed: z.boolean(),
  moves: z.array(z.object({ route: z.string(), from: rung, to: rung })),
  /** What the moves mean for clients, for people. */
  effects: z.array(z.string()),
  /** What did not go as it should. */
  notes: z.array(z.string()),
});

const shown = z.string().nullable();
const differenceGroup = z.object({
  /** Place with `*` for indices. */
  at: z.string(),
  kind: z.string(),
  pairs: z.number(),
  ignoredPairs: z.number(),
  /** Of the compared pairs. */
  percent: z.number(),
  /** Whether legacy differs from itself there; null when nobody asked it twice. */
  noise: z.enum(["regresses", "noisy", "clean", "unknown"]).nullable(),
  firstAt: z.string(),
  lastAt: z.string(),
  examples: z.array(z.object({ primary: shown, candidate: shown })),
});
const suggestion = z.object({
  at: z.string(),
  /** What was seen there, and what the rule would cost. */
  sentence: z.string(),
  /** Below `compare`: in which list the rule belongs, and its line there. */
  list: z.enum(["matchers", "arrays"]),
  paste: z.string(),
  /** Share of the recent samples that would be mismatches no longer. */
  hides: z.number(),
});
const observed = z.object({ status: z.number().nullable(), failure: shown, body: z.string() });
/** How the sides differed. Times are ISO 8601. */
export const diffs = z.object({
  evidence: z.array(
    z.object({
      route: z.string(),
      /** Who was compared with the one that answered. */
      candidate: side,
      functionVersion: z.string(),
      /** Digest of the rules. */
      rules: z.string(),
      environment: z.string(),
      firstAt: z.string(),
      lastAt: z.string(),
      counts: z.object({
        compared: z.number(),
        matched: z.number(),
        ignored: z.number(),
        mismatched: z.number(),
        inconclusive: z.number(),
        identical: z.number(),
        bothFailed: z.number(),
        onlyPrimaryFailed: z.number(),
        onlyCandidateFailed: z.number(),
      }),
      /** Why copies were not made or not compared. */
      dropped: counts,
      coverage: counts,
      groups: z.array(differenceGroup),
      /** Rules for places at which legacy differs from itself; only when one route was asked for. */
      suggestions: z.array(suggestion),
    }),
  ),
  /** Of the place that was asked for, newest first; secrets are replaced by tokens. */
  samples: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      request: z.string(),
      verdict: z.string(),
      differences: z.array(z.object({ at: z.string(), kind: z.string(), primary: shown, candidate: shown })),
      primary: observed,
      candidate: observed,
    }),
  ),
});

/** The routes.yaml in use, as JSON, with variables not filled in. */
export const configInUse = z.object({ text: z.string() });

const matched = z.object({
  id: z.string(),
  match: z.string(),
  line: z.number(),
  params: z.record(z.string(), z.string()),
});
export const explanation = z.object({
  request: z.object({ method: z.string(), host: z.string(), target: z.string() }),
  route: matched.nullable(),
  stage,
  percent: z.number().nullable(),
  stageFrom: z.enum(["flag", "routes.yaml"]).nullable(),
  flagVersion: z.string(),
  killed: z.boolean(),
  /** Null when no key was needed or found. `drawn`: this client has none yet and gets a random one. */
  key: z.object({ source: z.string(), value: z.string(), drawn: z.boolean() }).nullable(),
  bucket: z.number().nullable(),
  side,
  shadow: side.nullable(),
  reason: z.string(),
  why: z.string(),
  /** Of the function; null when no gateway runs or no route matched. */
  breaker: breakerState.nullable(),
  /** Routes that would take the request if the first one did not exist, best first. */
  alsoMatched: z.array(matched),
  /** Routes with a fitting path that another method or host keeps away. */
  nearMisses: z.array(z.object({ id: z.string(), match: z.string() })),
});

export type FlipRequest = z.input<typeof flipRequest>;
export type PromoteRequest = z.input<typeof promoteRequest>;
export type RollbackRequest = z.input<typeof rollbackRequest>;
export type PauseRequest = z.input<typeof pauseRequest>;
export type KillRequest = z.input<typeof killRequest>;
export type ExplainRequest = z.output<typeof explainRequest>;
export type DiffsRequest = z.output<typeof diffsRequest>;
export type ReportRequest = z.output<typeof reportRequest>;
export type RecordRequest = z.output<typeof recordRequest>;
export type Diffs = z.infer<typeof diffs>;
export type Flipped = z.infer<typeof flipped>;
export type Move = Flipped["moves"][number];
export type RungShown = z.infer<typeof rung>;
export type ConfigInUse = z.infer<typeof configInUse>;
export type Explanation = z.infer<typeof explanation>;
