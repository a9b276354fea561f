import type { Check } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import type { Gate } from "./gate.ts";
import { morePairs } from "./mismatch-check.ts";
import { fewestMore, rateBounds, type RateBounds } from "./sequence.ts";
import { exactly, counted, percent, percentAtLeast, percentAtMost } from "./wording.ts";

/**
 * Whether the function fails (5xx, or no answer) more often than legacy. Pairs of which both fail say nothing about that;
 * the excess is the rate of pairs of which only the function fails, less that of those of which only legacy does, each with
 * half of alpha.
 */
export function errorCheck(evidence: CurrentEvidence, { maxErrorExcess: allowed, confidence }: Gate): Check {
  const { compared, bothFailed, onlyCandidateFailed: ours, onlyPrimaryFailed: theirs } = evidence.counts;
  const { low, high } = excess(ours, theirs, compared, 1 - confidence);
  const [fn, legacy] = [ours, theirs].map((alone) => percent((bothFailed + alone) / compared));
  const seen = `the function failed in ${fn} of ${counted(compared, "pair")}, legacy in ${legacy}`;
  const limits = `at ${exactly(confidence)}; ${exactly(allowed)} is allowed`;
  const says = `${seen} → at most ${percentAtMost(Math.max(0, high))} more ${limits}`;
  const name = "errors";
  if (low > allowed) {
    const atLeast = `${seen} → at least ${percentAtLeast(low)} more ${limits}`;
    return {
      name,
      verdict: "no",
      says: atLeast,
      measured: low,
      needed: allowed,
      next: "a function that fails less",
    };
  }
  if (high <= allowed) return { name, verdict: "yes", says, measured: high, needed: allowed, next: null };
  const more = fewestMore((n) => excess(ours, theirs, compared + n, 1 - confidence).high <= allowed);
  const next =
    more === null ? "no number of pairs would do" : `${morePairs(more, evidence)}, if none of them fails`;
  return { name, verdict: "unknown", says, measured: high, needed: allowed, next };
}

function excess(ours: number, theirs: number, pairs: number, alpha: number): RateBounds {
  const [fn, legacy] = [rateBounds(ours, pairs, alpha / 2), rateBounds(theirs, pairs, alpha / 2)];
  return { low: fn.low - legacy.high, high: fn.high - legacy.low };
}
