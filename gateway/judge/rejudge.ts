import { compare } from "../diff/compare.ts";
import type { Comparison, Verdict } from "../diff/comparison.ts";
import { groupsOf } from "../diff/group.ts";
import { rulesDigest } from "../diff/rules-digest.ts";
import type { CompareRules } from "../diff/rules.ts";
import type { Counts, EvidenceKey, Group, Sample, Summary, Tally } from "../store/evidence-store.ts";

/**
 * What earlier evidence says under new rules, as far as it can be told without waiting for traffic. Pairs of the same bytes
 * match under any rules. Of all others only those can be compared again whose samples were kept, so of the identical ones
 * only the same share is taken over: what is left is mixed as the traffic was, and its rate of mismatches is not biased,
 * provided that samples are kept whatever they show, which they are. Leaving pairs out only widens bounds.
 *
 * Failures and what was covered do not depend on rules and are scaled to the same share; durations are taken over whole.
 * Legacy's second answers are not kept, so nothing is known of its noise. Samples are redacted: equal values have equal
 * tokens, and where a matcher would look at a value that is not there, it lets the token pass. `now` is wall-clock
 * milliseconds, for rules that expire.
 */
export function rejudge(samples: readonly Sample[], old: Summary, rules: CompareRules, now: number): Summary {
  const again = samples
    .filter(({ key, comparison }) => isSameKey(key, old.key) && !comparison.identical)
    .map(({ at, primary, candidate }) => ({ at, comparison: compare(primary, candidate, rules, now) }));
  const { counts, coverage } = old;
  const differing = counts.compared - counts.identical;
  const share = differing === 0 ? 1 : Math.min(1, again.length / differing);
  return {
    ...old,
    key: { ...old.key, rulesDigest: rulesDigest(rules) },
    counts: countsAgain(again, counts, share),
    coverage: thinned(coverage, share),
    groups: groupsAgain(again),
    noise: [],
  };
}

/** A pair of which the answers were compared once more. */
interface Again {
  readonly at: number;
  readonly comparison: Comparison;
}

function isSameKey(a: EvidenceKey, b: EvidenceKey): boolean {
  return (
    a.routeId === b.routeId &&
    a.candidate === b.candidate &&
    a.functionVersion === b.functionVersion &&
    a.legacyBuild === b.legacyBuild &&
    a.rulesDigest === b.rulesDigest &&
    a.environment === b.environment
  );
}

function countsAgain(again: readonly Again[], old: Counts, share: number): Counts {
  const identical = Math.floor(old.identical * share);
  const are = (wanted: Verdict) => again.filter(({ comparison }) => comparison.verdict === wanted).length;
  return {
    compared: identical + again.length,
    matched: identical + are("match"),
    ignored: are("ignored"),
    mismatched: are("mismatch"),
    inconclusive: are("inconclusive"),
    identical,
    bothFailed: Math.round(old.bothFailed * share),
    onlyPrimaryFailed: Math.round(old.onlyPrimaryFailed * share),
    onlyCandidateFailed: Math.round(old.onlyCandidateFailed * share),
  };
}

function thinned(tally: Tally, share: number): Tally {
  return Object.fromEntries(Object.entries(tally).map(([name, n]) => [name, Math.round(n * share)]));
}

/** Examples that are kept of each group, as in stores. */
const MOST_EXAMPLES = 5;

function groupsAgain(again: readonly Again[]): Group[] {
  const seen = again.flatMap(({ at, comparison }) =>
    groupsOf(comparison).map((group) => ({ ...group, seenAt: at })),
  );
  return [...Map.groupBy(seen, ({ at, kind }) => `${kind} ${at}`).values()]
    .map((those) => {
      const newest = those.toSorted((a, b) => b.seenAt - a.seenAt);
      return {
        at: those[0]!.at,
        kind: those[0]!.kind,
        pairs: those.length,
        ignoredPairs: those.reduce((sum, { ignoredPairs }) => sum + ignoredPairs, 0),
        firstAt: newest.at(-1)!.seenAt,
        lastAt: newest[0]!.seenAt,
        examples: newest.flatMap(({ example }) => example ?? []).slice(0, MOST_EXAMPLES),
      };
    })
    .toSorted((a, b) => b.pairs - a.pairs);
}
