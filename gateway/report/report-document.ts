import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { CHECKS } from "../evidence/assessment.ts";
import { STAGES } from "../routes/route.ts";
import { DIFFERENCE_KINDS } from "../store/difference-kinds.ts";
import { FAILURE_KINDS, type FailureKind } from "../upstreams/upstream.ts";
import type { Report } from "./report.ts";

const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** As far as dates go. */
const time = z.number().min(-8.64e15).max(8.64e15).describe("Milliseconds since 1970, UTC");
const share = z.number().min(0).max(1);
const verdict = z.enum(["yes", "no", "unknown"]);
const stage = z.enum(STAGES);
const percent = z.number().min(0).max(100).nullable();
const shown = z.string().nullable();
const example = z.strictObject({ primary: shown, candidate: shown });
const kind = z.enum(DIFFERENCE_KINDS);
const tally = z.record(z.string(), count);
const headers = z.array(z.string()).describe("Name, value, name, value … as they came over the wire");

/** Bytes, as text where they are text. */
const bytes = z.codec(
  z.union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.base64() })]),
  z.custom<Buffer>((value) => Buffer.isBuffer(value)),
  {
    decode: (written) =>
      "text" in written ? Buffer.from(written.text) : Buffer.from(written.base64, "base64"),
    encode: (buffer) =>
      isUtf8(buffer) ? { text: buffer.toString() } : { base64: buffer.toString("base64") },
  },
);

const key = z.strictObject({
  routeId: z.string(),
  candidate: z.enum(["legacy", "function"]).describe("Which side was compared with the one that answered"),
  functionVersion: z.string(),
  legacyBuild: z.string(),
  rulesDigest: z.string(),
  environment: z.string(),
});
const current = key.omit({ routeId: true, candidate: true });

const failure = z
  .custom<FailureKind>((kind) => typeof kind === "string" && Object.hasOwn(FAILURE_KINDS, kind))
  .meta({ type: "string", enum: Object.keys(FAILURE_KINDS) });

const observation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("answered"),
    status: z.int(),
    headers,
    body: z.strictObject({
      bytes,
      length: count.describe("Bytes that the body had, which may be more than were kept"),
      sha256: z.string().nullable(),
    }),
    durationMs: z.number(),
    version: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal("failed"),
    failure,
    durationMs: z.number(),
  }),
]);

const difference = z.strictObject({ at: z.string(), kind, primary: shown, candidate: shown });
const sample = z.strictObject({
  id: z.string(),
  key,
  at: time,
  request: z.strictObject({ method: z.string(), target: z.string(), headers, body: bytes }),
  primary: observation,
  candidate: observation,
  comparison: z.strictObject({
    verdict: z.enum(["match", "ignored", "mismatch", "inconclusive"]),
    identical: z.boolean(),
    differences: z.array(difference),
    ignored: z.array(difference.extend({ by: z.string().describe("Id of the rule that excuses it") })),
    truncated: z.boolean(),
    reason: z.enum(["over-cap", "too-complex", "undecodable", "rule-failed", "primary-failed"]).nullable(),
  }),
});

const durations = tally.describe("Answers by duration: bucket i is less than 2^((i+1)/4) ms");
const summary = z.strictObject({
  key,
  counts: z.strictObject({
    compared: count,
    matched: count,
    ignored: count,
    mismatched: count,
    inconclusive: count,
    identical: count,
    bothFailed: count,
    onlyPrimaryFailed: count,
    onlyCandidateFailed: count,
  }),
  primaryDurations: durations,
  candidateDurations: durations,
  ratios: tally.describe(
    "Pairs by the candidate's duration over the primary's: bucket i is less than 2^((i+1)/4)",
  ),
  dropped: tally,
  coverage: tally,
  groups: z.array(
    z.strictObject({
      at: z.string(),
      kind,
      pairs: count,
      ignoredPairs: count,
      firstAt: time,
      lastAt: time,
      examples: z.array(example),
    }),
  ),
  noise: z.array(
    z.strictObject({
      at: z.string(),
      triples: count,
      onlyCandidate: count,
      onlySecondary: count,
      both: count,
      shapes: z.array(z.string()),
      features: z.record(z.string(), z.strictObject({ onlyCandidate: count, onlySecondary: count })),
    }),
  ),
  firstAt: time,
  lastAt: time,
});

const gate = z.strictObject({
  confidence: share,
  maxMismatchRate: share,
  maxErrorExcess: share,
  latency: z.strictObject({ factor: z.number(), slackMs: z.number() }).nullable(),
  minPairs: count,
  maxAgeMs: z.number(),
  breakerClosedForMs: z.number(),
});

const breaker = z.strictObject({
  state: z.enum(["closed", "open", "half-open"]),
  lastOpenAt: time.nullable(),
  startedAt: time,
});

const live = z.strictObject({
  breakers: z
    .strictObject({ clients: breaker, copies: breaker })
    .nullable()
    .describe("Of the function: that of clients' requests and that of copies"),
  disagreements: z.array(z.string()),
});

const assessment = z.strictObject({
  route: z.string(),
  from: z.strictObject({ stage, percent }),
  to: stage,
  verdict,
  checks: z.array(
    z.strictObject({
      name: z.enum(CHECKS),
      verdict,
      says: z.string(),
      measured: z.number().nullable(),
      needed: z.number().nullable(),
      next: z.string().nullable(),
    }),
  ),
  findings: z.array(
    z.strictObject({
      at: z.string().describe("Place in the answer, with * for each array index"),
      kind,
      pairs: count,
      ignoredPairs: count.describe("Of them, excused by a rule"),
      noise: z.enum(["regresses", "noisy", "clean", "unknown"]).nullable(),
      example: example.nullable(),
    }),
  ),
  key: current.nullable(),
  pairs: count,
  rejudged: count,
  firstAt: time.nullable(),
  lastAt: time.nullable(),
  next: z.string().describe("The command to try next"),
});

/** The JSON form of a report, and the way there and back. Bodies are written as text or as base64. */
export const reportDocument: z.ZodType<Report, object> = z.strictObject({
  schemaVersion: z.literal(1),
  verdict: verdict.describe("The worst of all routes; unknown when there are none"),
  source: z.strictObject({
    kind: z.enum(["corpus", "live"]),
    names: z.array(z.string()),
    firstAt: time.nullable(),
    lastAt: time.nullable(),
  }),
  configFile: z.string(),
  judgedAt: time,
  left: tally.describe("Requests that no route took, by reason"),
  routes: z.array(
    z.strictObject({
      route: z.string(),
      match: z.string(),
      methods: z.array(z.string()).nullable().describe("Methods that the route takes; null for any"),
      line: z.int().min(1).nullable().describe("Line in routes.yaml"),
      stage,
      percent,
      to: stage,
      gate,
      current: current.describe("What counts now: evidence of anything else is only shown"),
      assessment,
      evidence: z.array(summary),
      rejudged: z.array(summary).describe("Evidence of earlier rules, compared again by the current ones"),
      samples: z.array(sample),
      left: tally.describe("Requests that gave no pair, by reason"),
      live: live.nullable(),
    }),
  ),
});
