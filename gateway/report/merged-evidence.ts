import type { Group, Summary, Tally } from "../store/evidence-store.ts";
import { mergedIncrements } from "../store/increments.ts";

/** Examples that are kept of each group, as in stores. */
const MOST_EXAMPLES = 5;

/**
 * Summaries, those of one key as one, newest first. Counts are exact; of more examples than are kept, those stay that sort
 * first, as nothing says any more which were the newest.
 */
export function mergedSummaries(summaries: readonly Summary[]): Summary[] {
  return [...Map.groupBy(summaries, keyText)]
    .toSorted(byName)
    .flatMap(([, [first, ...others]]) => (first === undefined ? [] : [mergedSummary([first, ...others])]))
    .toSorted((a, b) => b.lastAt - a.lastAt);
}

function mergedSummary(parts: readonly [Summary, ...Summary[]]): Summary {
  const [first, ...others] = parts;
  // What groups have of their own is merged below; of the rest a summary is an increment of no hour.
  const asIncrement = (summary: Summary) => ({ ...summary, hour: 0, groups: [] });
  const sums = mergedIncrements([asIncrement(first), ...others.map(asIncrement)]);
  return {
    key: first.key,
    counts: sums.counts,
    primaryDurations: sumsByName([sums.primaryDurations]),
    candidateDurations: sumsByName([sums.candidateDurations]),
    ratios: sumsByName([sums.ratios]),
    dropped: sumsByName([sums.dropped]),
    coverage: sumsByName([sums.coverage]),
    groups: mergedGroups(parts.flatMap(({ groups }) => groups)),
    noise: sums.noise.map((field) => ({ ...field, features: inOrder(field.features) })),
    firstAt: sums.firstAt,
    lastAt: sums.lastAt,
  };
}

function keyText({ key }: Summary): string {
  const { routeId, candidate, functionVersion, legacyBuild, rulesDigest, environment } = key;
  return JSON.stringify([routeId, candidate, functionVersion, legacyBuild, rulesDigest, environment]);
}

function mergedGroups(groups: readonly Group[]): Group[] {
  return [...Map.groupBy(groups, ({ at, kind }) => `${kind} ${at}`)]
    .toSorted(byName)
    .map(([, same]) => same.map(withSortedExamples).reduce(groupsTogether))
    .toSorted((a, b) => b.pairs - a.pairs);
}

function groupsTogether(a: Group, b: Group): Group {
  return withSortedExamples({
    at: a.at,
    kind: a.kind,
    pairs: a.pairs + b.pairs,
    ignoredPairs: a.ignoredPairs + b.ignoredPairs,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    examples: [...a.examples, ...b.examples],
  });
}

function withSortedExamples(group: Group): Group {
  const distinct = new Map(
    group.examples.map((example) => [JSON.stringify([example.primary, example.candidate]), example]),
  );
  const sorted = [...distinct].toSorted(byName).slice(0, MOST_EXAMPLES);
  return { ...group, examples: sorted.map(([, example]) => example) };
}

/** Tallies as one, its names in order, so that equal ones are written alike. */
export function sumsByName(tallies: readonly Tally[]): Tally {
  const sums = new Map<string, number>();
  for (const tally of tallies) {
    for (const [name, n] of Object.entries(tally)) sums.set(name, (sums.get(name) ?? 0) + n);
  }
  return inOrder(Object.fromEntries(sums));
}

function inOrder<T>(named: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(named).toSorted(byName));
}

/** The order of what begins with a name, the same on every machine. */
export function byName([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
