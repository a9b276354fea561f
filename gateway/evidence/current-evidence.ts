import type { DifferenceKind } from "../diff/comparison.ts";
import type {
  EvidenceKey,
  GroupIncrement,
  Increment,
  RatioCounts,
  Summary,
} from "../store/evidence-store.ts";
import { mergedIncrements } from "../store/increments.ts";
import type { Assessable, AssessedKey } from "./assessment.ts";
import { count } from "./wording.ts";

/** What is known of a route as it is now, as though legacy had always answered and the function been compared with it. */
export interface CurrentEvidence extends Omit<Increment, "hour"> {
  /** Of the pairs, those of earlier rules that were compared again. */
  readonly rejudged: number;
}

/**
 * What counts for a route: evidence of the function's current version, legacy's current build, the current rules and this
 * environment, whoever answered the client. Null when there is no such pair.
 */
export function currentEvidence({ route, current, evidence, rejudged }: Assessable): CurrentEvidence | null {
  const counting = (summaries: readonly Summary[]) =>
    summaries.filter(({ key, counts }) => counts.compared > 0 && isCurrent(key, route, current));
  const again = counting(rejudged);
  const [first, ...others] = [...counting(evidence), ...again].map(asSeenFromLegacy).map(asIncrement);
  if (first === undefined) return null;
  const merged = mergedIncrements([first, ...others]);
  return { ...merged, rejudged: again.reduce((sum, { counts }) => sum + counts.compared, 0) };
}

/** What was seen of something else, and why it does not count: "3,000 of version 40"; most first, three at most. */
export function otherEvidence({ route, current, evidence }: Assessable): string[] {
  const others = evidence.filter(({ key, counts }) => counts.compared > 0 && !isCurrent(key, route, current));
  return [...Map.groupBy(others, ({ key }) => otherness(key, current))]
    .map(([what, summaries]) => ({
      what,
      n: summaries.reduce((sum, { counts }) => sum + counts.compared, 0),
    }))
    .toSorted((a, b) => b.n - a.n)
    .slice(0, 3)
    .map(({ what, n }) => `${count(n)} ${what}`);
}

function isCurrent(key: EvidenceKey, route: string, current: AssessedKey): boolean {
  return (
    key.routeId === route &&
    key.functionVersion === current.functionVersion &&
    key.legacyBuild === current.legacyBuild &&
    key.rulesDigest === current.rulesDigest &&
    key.environment === current.environment
  );
}

function otherness(key: EvidenceKey, current: AssessedKey): string {
  if (key.environment !== current.environment) return `in environment "${key.environment}"`;
  if (key.functionVersion !== current.functionVersion)
    return key.functionVersion === "" ? "of an unknown version" : `of version ${key.functionVersion}`;
  if (key.legacyBuild !== current.legacyBuild) return `beside legacy build "${key.legacyBuild}"`;
  return "under other rules";
}

/** One example is enough here. */
function asIncrement(summary: Summary): Increment {
  const groups = summary.groups.map(({ examples, ...group }) => ({ ...group, example: examples[0] ?? null }));
  return { ...summary, hour: 0, groups };
}

/** The same pairs with their sides changed over, where the function answered the client. */
function asSeenFromLegacy(summary: Summary): Summary {
  if (summary.key.candidate === "function") return summary;
  const { counts, groups } = summary;
  return {
    ...summary,
    key: { ...summary.key, candidate: "function" },
    counts: {
      ...counts,
      onlyPrimaryFailed: counts.onlyCandidateFailed,
      onlyCandidateFailed: counts.onlyPrimaryFailed,
    },
    primaryDurations: summary.candidateDurations,
    candidateDurations: summary.primaryDurations,
    ratios: inverse(summary.ratios),
    groups: groups.map((group) => ({
      ...group,
      kind: TURNED[group.kind] ?? group.kind,
      examples: group.examples.map((shown) => ({ primary: shown.candidate, candidate: shown.primary })),
    })),
    // Only legacy is asked twice, and only beside a function.
    noise: [],
  };
}

const TURNED: Partial<Record<DifferenceKind, GroupIncrement["kind"]>> = {
  missing: "extra",
  extra: "missing",
};

/** Bucket i ends where i + 1 begins, so the inverse of its ratios is bucket −i − 1. */
function inverse(ratios: RatioCounts): RatioCounts {
  return Object.fromEntries(Object.entries(ratios).map(([bucket, n]) => [-Number(bucket) - 1, n]));
}
