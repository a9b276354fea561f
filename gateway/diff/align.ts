import { commonSubsequence } from "./common-subsequence.ts";
import { kinPairs } from "./kinship.ts";
import { type Gap, gapsBetween, type Pair, pairByIdentity, pairByIndex } from "./pairing.ts";
import type { Work } from "./work.ts";

/** Two lists whose elements are to find each other. */
export interface Lists {
  readonly primaryCount: number;
  readonly candidateCount: number;
  /**
   * Where several pairings are as good, one has to be taken whichever side is called the primary. So this has to be true
   * for exactly one of the two ways round: say whether the primary's text is the greater.
   */
  readonly isTurned: boolean;
  isSame(primary: number, candidate: number): boolean;
  /** A number that two elements share exactly when they are the same, up to what rules cover. */
  identity(side: "primary" | "candidate", n: number): number;
  /** Numbers that two elements share when they have something in common. */
  parts(side: "primary" | "candidate", n: number): readonly number[];
}

export interface Alignment {
  /** In document order. */
  readonly pairs: readonly Pair[];
  /** True when both lists have the same elements and only their order differs. */
  readonly isReordered: boolean;
}

/**
 * Pairs the elements of two ordered lists so that what was inserted or removed stands alone and does not shift all behind
 * it. What is the same at the same position stays paired, whatever else might fit.
 */
export function align(lists: Lists, work: Work): Alignment {
  if (!lists.isTurned) return alignOneWay(lists, work);
  const { pairs, isReordered } = alignOneWay(otherWayRound(lists), work);
  const back = pairs.map((pair) => ({ ...pair, primary: pair.candidate, candidate: pair.primary }));
  return { pairs: inOrder(back), isReordered };
}

function otherWayRound(lists: Lists): Lists {
  const other = { primary: "candidate", candidate: "primary" } as const;
  return {
    primaryCount: lists.candidateCount,
    candidateCount: lists.primaryCount,
    isTurned: false,
    isSame: (n, m) => lists.isSame(m, n),
    identity: (side, n) => lists.identity(other[side], n),
    parts: (side, n) => lists.parts(other[side], n),
  };
}

function alignOneWay(lists: Lists, work: Work): Alignment {
  const settled = settledPairs(lists);
  const whole: Gap = { primary: [0, lists.primaryCount], candidate: [0, lists.candidateCount] };
  const gaps = gapsBetween(settled, whole);
  const reordered = reorderedPairs(lists, gaps);
  const loose = reordered ?? gaps.flatMap((gap) => alignGap(lists, gap, work));
  const same = settled.map(([primary, candidate]): Pair => ({ primary, candidate, isSame: true }));
  return { pairs: inOrder([...same, ...loose]), isReordered: reordered !== null };
}

/** What is the same from the front, from the back and, in lists of one length, at its own position. */
function settledPairs(lists: Lists): [number, number][] {
  const { primaryCount, candidateCount } = lists;
  const shorter = Math.min(primaryCount, candidateCount);
  const pairs: [number, number][] = [];
  if (primaryCount === candidateCount) {
    for (let n = 0; n < shorter; n++) if (lists.isSame(n, n)) pairs.push([n, n]);
    return pairs;
  }
  let front = 0;
  while (front < shorter && lists.isSame(front, front)) pairs.push([front, front++]);
  let back = 1;
  const fromBack: [number, number][] = [];
  while (back <= shorter - front && lists.isSame(primaryCount - back, candidateCount - back)) {
    fromBack.push([primaryCount - back, candidateCount - back++]);
  }
  return [...pairs, ...fromBack.toReversed()];
}

/** The pairs of a pure change of order, or null when it is something else. */
function reorderedPairs(lists: Lists, gaps: readonly Gap[]): Pair[] | null {
  const [p, c] = [looseOf(gaps, "primary"), looseOf(gaps, "candidate")];
  if (p.length !== c.length || p.length < 2) return null;
  const pairs = pairByIdentity(
    p.map((n) => lists.identity("primary", n)),
    c.map((n) => lists.identity("candidate", n)),
  );
  if (pairs.length !== p.length) return null;
  const moved = pairs.map((pair) => ({
    ...pair,
    primary: p[pair.primary]!,
    candidate: c[pair.candidate]!,
  }));
  return moved.some(({ candidate }, n) => candidate !== c[n]) ? moved : null;
}

function looseOf(gaps: readonly Gap[], side: "primary" | "candidate"): number[] {
  return gaps.flatMap(({ [side]: [from, to] }) => Array.from({ length: to - from }, (_, n) => from + n));
}

function alignGap(lists: Lists, gap: Gap, work: Work): Pair[] {
  const [p, c] = [gap.primary, gap.candidate];
  const shorter = Math.min(p[1] - p[0], c[1] - c[0]);
  if (shorter === 0 || (p[1] - p[0] === 1 && c[1] - c[0] === 1)) return pairByIndex(gap);
  const identities = (side: "primary" | "candidate") =>
    looseOf([gap], side).map((n) => lists.identity(side, n));
  const common = commonSubsequence(identities("primary"), identities("candidate"), work) ?? [];
  const same = shift(common, gap);
  return [...asPairs(same), ...gapsBetween(same, gap).flatMap((rest) => alignKin(lists, rest))];
}

function alignKin(lists: Lists, gap: Gap): Pair[] {
  const [p, c] = [gap.primary, gap.candidate];
  const kin = kinPairs(
    p[1] - p[0],
    (n) => [lists.identity("primary", p[0] + n), ...lists.parts("primary", p[0] + n)],
    c[1] - c[0],
    (n) => [lists.identity("candidate", c[0] + n), ...lists.parts("candidate", c[0] + n)],
  );
  const pairs = shift(kin, gap);
  return [...asPairs(pairs), ...gapsBetween(pairs, gap).flatMap(pairByIndex)];
}

const shift = (pairs: readonly [number, number][], { primary: [p], candidate: [c] }: Gap) =>
  pairs.map(([a, b]): [number, number] => [a + p, b + c]);

const asPairs = (pairs: readonly [number, number][]) =>
  pairs.map(([primary, candidate]): Pair => ({ primary, candidate, isSame: false }));

/** By the primary's order; what only the candidate has comes behind what stands before it there. */
function inOrder(pairs: readonly Pair[]): Pair[] {
  const paired = pairs.filter(({ primary }) => primary >= 0).sort((a, b) => a.primary - b.primary);
  const extras = pairs.filter(({ primary }) => primary < 0).sort((a, b) => a.candidate - b.candidate);
  const ordered: Pair[] = [];
  let next = 0;
  for (const pair of paired) {
    while (pair.candidate >= 0 && next < extras.length && extras[next]!.candidate < pair.candidate)
      ordered.push(extras[next++]!);
    ordered.push(pair);
  }
  return [...ordered, ...extras.slice(next)];
}
