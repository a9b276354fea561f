import type { Comparison } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import { firstValue } from "../http/headers.ts";
import { nothingOf } from "../store/increments.ts";
import type { Pair } from "../shadow/judge.ts";
import type { Counts, DurationCounts, EvidenceKey, Increment, RatioCounts } from "../store/evidence-store.ts";

/** What one compared pair adds to the evidence. */
export function incrementOf(
  key: EvidenceKey,
  { request, primary, candidate, at }: Pick<Pair, "request" | "primary" | "candidate" | "at">,
  comparison: Comparison,
  seen: Pick<Increment, "groups" | "noise">,
): Increment {
  return {
    ...nothingOf(key, at),
    counts: countsOf(primary, candidate, comparison),
    primaryDurations: durationOf(primary),
    candidateDurations: durationOf(candidate),
    ratios: ratioOf(primary, candidate),
    coverage: { [coverageOf(request.method, primary)]: 1 },
    ...seen,
  };
}

/** Noise of pairs that were counted already. */
export function noiseAlone(key: EvidenceKey, noise: Increment["noise"], now: number): Increment {
  return { ...nothingOf(key, now), noise };
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
  return { [bucketOf(Math.max(1, durationMs))]: 1 };
}

/** Which bucket the ratio of both durations falls into; see RatioCounts. */
function ratioOf(primary: Observation, candidate: Observation): RatioCounts {
  if (primary.kind === "failed" || candidate.kind === "failed") return {};
  return { [bucketOf(Math.max(1, candidate.durationMs) / Math.max(1, primary.durationMs))]: 1 };
}

function bucketOf(value: number): number {
  return Math.floor(4 * Math.log2(value));
}

/** `GET 200 application/json`. */
function coverageOf(method: string, primary: Observation): string {
  if (primary.kind === "failed") return `${method} ${primary.failure}`;
  const type = firstValue(primary.headers, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  return `${method} ${primary.status}${type === undefined ? "" : ` ${type.slice(0, 100)}`}`;
}
