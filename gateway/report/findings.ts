import type { Finding, GateVerdict } from "../evidence/assessment.ts";
import type { Report, RouteReport } from "./report.ts";

/** Findings of one route that forms list; they come most pairs first. */
export const MOST_FINDINGS = 50;

/** True when some of its pairs are excused neither by a rule nor by legacy differing from itself. */
export function countsAgainst({ pairs, ignoredPairs, noise }: Finding): boolean {
  return pairs > ignoredPairs && noise !== "noisy";
}

/** Why it is or is not held against the route, in a few words. */
export function standing(finding: Finding): string {
  if (finding.pairs <= finding.ignoredPairs) return "excused by a rule";
  if (finding.noise === "noisy") return "legacy differs from itself, too";
  return finding.noise === "regresses" ? "only the candidate differs" : "nothing excuses it";
}

const RANK: Readonly<Record<GateVerdict, number>> = { no: 0, unknown: 1, yes: 2 };

/** Routes that need somebody before those that do not; by id among the same. */
export function worstFirst({ routes }: Report): RouteReport[] {
  return routes.toSorted((a, b) => RANK[a.assessment.verdict] - RANK[b.assessment.verdict]);
}
