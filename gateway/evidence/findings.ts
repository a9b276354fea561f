import { judgeField, type FieldJudgement, type NoiseVerdict } from "../diff/noise-verdict.ts";
import type { Finding } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import { against } from "./mismatch-check.ts";

/** What differs and what is thought of it: what counts against the route first, then most pairs first, and the status before what follows from it. */
export function findingsOf(
  { groups, noise }: CurrentEvidence,
  judged: ReadonlyMap<string, FieldJudgement>,
): Finding[] {
  const triples = Math.max(0, ...noise.map((field) => field.triples));
  const noiseAt = (at: string): NoiseVerdict | null => {
    if (triples === 0) return null;
    return judged.get(at)?.verdict ?? judgeField({ ...NEVER_DIFFERED, at, triples }).verdict;
  };
  return groups
    .map(({ at, kind, pairs, ignoredPairs, example }) => {
      return { at, kind, pairs, ignoredPairs, noise: noiseAt(at), example };
    })
    .toSorted(
      (a, b) =>
        Number(countsAgainst(b)) - Number(countsAgainst(a)) ||
        b.pairs - a.pairs ||
        Number(isWhole(b.at)) - Number(isWhole(a.at)),
    );
}

/** What makes all the rest differ, too. */
const isWhole = (at: string) => at === "status" || at === "failure";

/** A place that no triple showed to differ. */
const NEVER_DIFFERED = { onlyCandidate: 0, onlySecondary: 0, both: 0, shapes: [], features: {} };

/** True when some of its pairs are excused neither by a rule nor by legacy's own noise. */
function countsAgainst(finding: Finding): boolean {
  return against(finding) > 0 && finding.noise !== "noisy";
}
