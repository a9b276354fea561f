import type { Comparison, Difference, DifferenceKind } from "../../../gateway/diff/comparison.ts";

/** A difference; `value` unless another kind is said. */
export function difference(
  at: string,
  primary: string | null = "1",
  candidate: string | null = "2",
  kind: DifferenceKind = "value",
): Difference {
  return { at, kind, primary, candidate };
}

/** A comparison that found these differences. */
export function comparison(...differences: readonly Difference[]): Comparison {
  const verdict = differences.length > 0 ? "mismatch" : "match";
  return { verdict, identical: false, differences, ignored: [], truncated: false, reason: null };
}

/** Two answers that nobody could compare. */
export const INCONCLUSIVE: Comparison = { ...comparison(), verdict: "inconclusive", reason: "over-cap" };
