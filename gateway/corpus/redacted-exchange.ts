import type { Comparison } from "../diff/comparison.ts";
import { type AnsweredObservation, type CapturedBody, wentOverCap } from "../diff/observation.ts";
import type { Redactor } from "../diff/redact.ts";
import type { HeaderList } from "../http/headers.ts";
import type { EvidenceKey } from "../store/evidence-store.ts";
import type { CorpusEntry } from "./corpus.ts";

/** A request that was answered, secrets and all. */
export interface Exchange {
  /** Unique; the request's id. */
  readonly id: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
  /** What tells its client from others; null when nothing does, and then it is a session by itself. */
  readonly session: string | null;
  /** The id of the route that took it; null for none. */
  readonly route: string | null;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: HeaderList;
    readonly body: CapturedBody;
  };
  readonly answer: AnsweredObservation;
}

const NO_KEY: EvidenceKey = {
  routeId: "",
  candidate: "legacy",
  functionVersion: "",
  legacyBuild: "",
  rulesDigest: "",
  environment: "",
};
const NO_COMPARISON: Comparison = {
  verdict: "match",
  identical: true,
  differences: [],
  ignored: [],
  truncated: false,
  reason: null,
};

/**
 * A request and its answer with tokens for secrets, the same token for the same secret in both. Null when nothing can be told of
 * the request's body but its length: it cannot be sent again.
 */
export function redactedExchange(
  { id, at, request, answer }: Exchange,
  redactor: Pick<Redactor, "sample">,
): Pick<CorpusEntry, "request" | "answer"> | null {
  const asSent = { ...request, body: request.body.bytes };
  // A sample is redacted as a whole: what comes to light in the answer is a secret in the request, too.
  const sample = redactor.sample({
    id,
    at,
    key: NO_KEY,
    comparison: NO_COMPARISON,
    request: asSent,
    primary: answer,
    candidate: { kind: "failed", failure: "unavailable", durationMs: 0 },
  });
  const { primary } = sample;
  if (primary.kind !== "answered" || isWithheld(sample.request.body, asSent.body)) return null;
  const { status, headers, body, durationMs } = primary;
  return {
    request: { ...sample.request, isWhole: true },
    answer: { status, headers, body: body.bytes, isWhole: !wentOverCap(body), durationMs },
  };
}

/** A body in which nobody can look for secrets is replaced by its length. */
function isWithheld(redacted: Buffer, original: Buffer): boolean {
  return !redacted.equals(original) && /^redacted:\d+ bytes$/.test(redacted.toString("latin1"));
}
