import type { Comparison } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import { firstValue } from "../http/headers.ts";
import type { Pair } from "../shadow/judge.ts";
import type { Counts, DurationCounts, EvidenceKey, Increment } from "../store/evidence-store.ts";

const HOUR_MS = 3_600_000;

/** What one compared pair adds to the evidence. */
export function incrementOf(
  key: EvidenceKey,
  { request, primary, candidate, at }: Pick<Pair, "request" | "primary" | "candidate" | "at">,
  comparison: Comparison,
  seen: Pick<Increment, "groups" | "noise">,
): Increment {
  return {
    key,
    hour: Math.floor(at / HOUR_MS),
    counts: countsOf(primary, candidate, comparison),
    primaryDurations: durationOf(primary),
    candidateDurations: durationOf(candidate),
    dropped: {},
    coverage: { [coverageOf(request.method, primary)]: 1 },
    ...seen,
    firstAt: at,
    lastAt: at,
  };
}

function countsOf(primary: Observation, candidate: Observation, { verdict, identical }: Comparison): Counts {
  const [ours, theirs] = [hasFailed(primary), hasFailed(candidate)];
  return {
    compared: 1,
    matched: Number(verdict === "match"),
    ignored: Number(verdict === "ignored"),
    mismatched: Number(verdict === "mismatch"),
    inconclusive: Number(verdict === "inconclusive"),
    identical: Number(identical),
    bothFailed: Number(ours && theirs),
    onlyPrimaryFailed: Number(ours && !theirs),
    onlyCandidateFailed: Number(!ours && theirs),
  };
}

function hasFailed(observation: Observation): boolean {
  return observation.kind === "failed" || observation.status >= 500;
}

/** Which bucket a duration falls into; see DurationCounts. */
function durationOf({ durationMs }: Observation): DurationCounts {
  return { [Math.floor(4 * Math.log2(Math.max(1, durationMs)))]: 1 };
}

/** `GET 200 application/json`. */
function coverageOf(method: string, primary: Observation): string {
  if (primary.kind === "failed") return `${method} ${primary.failure}`;
  const type = firstValue(primary.headers, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  return `${method} ${primary.status}${type === undefined ? "" : ` ${type.slice(0, 100)}`}`;
}
