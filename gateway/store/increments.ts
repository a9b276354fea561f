import { togetherNoise } from "../diff/noise.ts";
import type {
  Counts,
  DurationCounts,
  EvidenceKey,
  GroupIncrement,
  Increment,
  Tally,
} from "./evidence-store.ts";
import { HOUR_MS } from "./horizon.ts";

/**
 * Increments of one key and hour as one that says the same. In what order and in what parts they are merged makes no
 * difference.
 */
export function mergedIncrements(increments: readonly [Increment, ...Increment[]]): Increment {
  const [{ key, hour }] = increments;
  return {
    key,
    hour,
    counts: increments.map(({ counts }) => counts).reduce(countsTogether),
    primaryDurations: sumsByName(increments.map((one) => one.primaryDurations)),
    candidateDurations: sumsByName(increments.map((one) => one.candidateDurations)),
    ratios: sumsByName(increments.map((one) => one.ratios)),
    dropped: sumsByName(increments.map((one) => one.dropped)),
    coverage: sumsByName(increments.map((one) => one.coverage)),
    groups: mergedBy(
      increments.flatMap(({ groups }) => groups),
      groupId,
      groupsTogether,
    ),
    noise: mergedBy(
      increments.flatMap(({ noise }) => noise),
      ({ at }) => at,
      togetherNoise,
    ),
    ...timesOf(increments),
  };
}

/** Those of the pairs; where there are none, of what else there was. */
function timesOf(increments: readonly Increment[]): Pick<Increment, "firstAt" | "lastAt"> {
  const withPairs = increments.filter(({ counts }) => counts.compared > 0);
  const timed = withPairs.length > 0 ? withPairs : increments;
  return {
    firstAt: Math.min(...timed.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...timed.map(({ lastAt }) => lastAt)),
  };
}

/** An increment that adds nothing but a sign of life at that time. */
export function nothingOf(key: EvidenceKey, at: number): Increment {
  return {
    key,
    hour: Math.floor(at / HOUR_MS),
    counts: NO_COUNTS,
    primaryDurations: {},
    candidateDurations: {},
    ratios: {},
    dropped: {},
    coverage: {},
    groups: [],
    noise: [],
    firstAt: at,
    lastAt: at,
  };
}

export const NO_COUNTS: Counts = {
  compared: 0,
  matched: 0,
  ignored: 0,
  mismatched: 0,
  inconclusive: 0,
  identical: 0,
  bothFailed: 0,
  onlyPrimaryFailed: 0,
  onlyCandidateFailed: 0,
};

function countsTogether(a: Counts, b: Counts): Counts {
  return {
    compared: a.compared + b.compared,
    matched: a.matched + b.matched,
    ignored: a.ignored + b.ignored,
    mismatched: a.mismatched + b.mismatched,
    inconclusive: a.inconclusive + b.inconclusive,
    identical: a.identical + b.identical,
    bothFailed: a.bothFailed + b.bothFailed,
    onlyPrimaryFailed: a.onlyPrimaryFailed + b.onlyPrimaryFailed,
    onlyCandidateFailed: a.onlyCandidateFailed + b.onlyCandidateFailed,
  };
}

function sumsByName(tallies: readonly (Tally | DurationCounts)[]): Tally {
  const sums = new Map<string, number>();
  for (const tally of tallies) {
    for (const [name, n] of Object.entries(tally)) sums.set(name, (sums.get(name) ?? 0) + n);
  }
  return Object.fromEntries(sums);
}

/** Elements by their id, in its order, those with the same id as one. */
function mergedBy<T>(all: readonly T[], idOf: (one: T) => string, together: (a: T, b: T) => T): T[] {
  const byId = new Map<string, T>();
  for (const one of all) {
    const id = idOf(one);
    const present = byId.get(id);
    byId.set(id, present === undefined ? one : together(present, one));
  }
  return [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

const groupId = ({ at, kind }: GroupIncrement) => `${kind} ${at}`;

function groupsTogether(a: GroupIncrement, b: GroupIncrement): GroupIncrement {
  return {
    at: a.at,
    kind: a.kind,
    pairs: a.pairs + b.pairs,
    ignoredPairs: a.ignoredPairs + b.ignoredPairs,
    example: oneOf(a.example, b.example),
  };
}

/** The example that sorts first, as "the newer one" would depend on what was merged before. */
function oneOf(a: GroupIncrement["example"], b: GroupIncrement["example"]): GroupIncrement["example"] {
  if (a === null || b === null) return a ?? b;
  return JSON.stringify([a.primary, a.candidate]) <= JSON.stringify([b.primary, b.candidate]) ? a : b;
}
