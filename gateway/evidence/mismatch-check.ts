import type { GroupIncrement } from "../store/evidence-store.ts";
import type { Check } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import type { Gate } from "./gate.ts";
import { fewestMore, rateBounds } from "./sequence.ts";
import { exactly, count, counted, percent, percentAtLeast, percentAtMost, places, span } from "./wording.ts";

/** Above this share of pairs that nobody could compare, the others do not speak for all. */
const MOST_INCONCLUSIVE = 0.05;

/**
 * Whether the answers differ no more often than is allowed. The rate is one of pairs that could be compared: of those that
 * could not nothing is claimed, they are named, and above a twentieth of all pairs the check is unknown.
 *
 * A mismatch counts against `yes` whatever caused it. Against the route (`no`) it counts only where legacy's own noise
 * cannot be the cause: places at which legacy was seen to differ from itself, and the function is not known to be worse, are
 * `noisyAt`. Counts that add up do not say which pairs differ at noisy places only, but bound them: no fewer pairs
 * differ elsewhere than show one other place, and no fewer than all mismatches less those that show a noisy one. What lies
 * between is unknown and stays so, because noise is told from a regression to within 5 points only, and far less is allowed:
 * a matcher quiets the place and says what is still checked there.
 */
export function mismatchCheck(evidence: CurrentEvidence, noisyAt: ReadonlySet<string>, gate: Gate): Check {
  const { compared, mismatched, inconclusive } = evidence.counts;
  const [comparable, allowed, alpha] = [compared - inconclusive, gate.maxMismatchRate, 1 - gate.confidence];
  const { high } = rateBounds(mismatched, comparable, alpha);
  const { low } = rateBounds(beyondNoise(evidence, noisyAt), comparable, alpha);
  const seen = `${count(mismatched)} of ${counted(comparable, "pair")} ${mismatched === 1 ? "differs" : "differ"}`;
  const limits = `at ${exactly(gate.confidence)}; ${exactly(allowed)} is allowed`;
  const left = inconclusive === 0 ? "" : `; ${counted(inconclusive, "more pair")} could not be compared`;
  const atMost = `${seen} → true rate at most ${percentAtMost(high)} ${limits}${left}`;
  const name = "mismatches";

  if (low > allowed) {
    const says = `${seen} → true rate at least ${percentAtLeast(low)} ${limits}${left}`;
    const next = "a function that answers as legacy does, or a rule that somebody answers for";
    return { name, verdict: "no", says, measured: low, needed: allowed, next };
  }
  const unknown = (says: string, next: string): Check => {
    return { name, verdict: "unknown", says, measured: high, needed: allowed, next };
  };
  if (inconclusive > MOST_INCONCLUSIVE * compared) {
    const says = `${atMost}, ${percent(inconclusive / compared)} of all: too many to speak for them`;
    return unknown(
      says,
      "find out why: bodies over the cap, codings that cannot be read, or a primary that fails",
    );
  }
  if (high <= allowed)
    return { name, verdict: "yes", says: atMost, measured: high, needed: allowed, next: null };
  const noisy = differingPlaces(evidence).filter((at) => noisyAt.has(at));
  if (noisy.length > 0 && rateBounds(mismatched, comparable, alpha).low > allowed) {
    const says = `${atMost}; legacy differs from itself at ${places(noisy)}`;
    return unknown(says, `a matcher for ${places(noisy)}: kept samples are then compared again`);
  }
  const more = fewestMore((clean) => rateBounds(mismatched, comparable + clean, alpha).high <= allowed);
  return unknown(atMost, more === null ? "no number of pairs would do" : morePairs(more, evidence, "clean"));
}

/** "about 900 more clean pairs, 40 minutes at this rate". */
export function morePairs(more: number, { counts, firstAt, lastAt }: CurrentEvidence, kind = ""): string {
  const pairs = `about ${counted(more, `more ${kind}${kind === "" ? "" : " "}pair`)}`;
  const msAPair = (lastAt - firstAt) / Math.max(1, counts.compared - 1);
  return msAPair > 0 ? `${pairs}, ${span(more * msAPair)} at this rate` : pairs;
}

/** Pairs that show it and that no rule excuses there. */
export const against = ({ pairs, ignoredPairs }: Pick<GroupIncrement, "pairs" | "ignoredPairs">) =>
  pairs - ignoredPairs;

/** Places that differ where no rule excuses it. */
export function differingPlaces({ groups }: CurrentEvidence): string[] {
  return [...new Set(groups.filter((group) => against(group) > 0).map(({ at }) => at))];
}

/** How many mismatches legacy's noise surely did not make. */
function beyondNoise({ counts, groups }: CurrentEvidence, noisyAt: ReadonlySet<string>): number {
  const [noisy, others] = [true, false].map((is) =>
    groups.filter(({ at }) => noisyAt.has(at) === is).map(against),
  );
  const elsewhere = Math.max(0, ...others!);
  const notNoisy = counts.mismatched - noisy!.reduce((sum, pairs) => sum + pairs, 0);
  return Math.min(counts.mismatched, Math.max(elsewhere, notNoisy));
}
