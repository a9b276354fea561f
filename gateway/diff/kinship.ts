/** What elements have in common. Parts that an element shares with exactly one of the other list speak for the two. */
type PartsOf = (n: number) => readonly number[];

/**
 * Pairs of elements that are not the same but plainly belong together, such as two records with one id: rising, and each
 * the other's best. No field is known by its name: what occurs once on both sides identifies.
 */
export function kinPairs(
  primaryCount: number,
  primaryParts: PartsOf,
  candidateCount: number,
  candidateParts: PartsOf,
): [number, number][] {
  const owners = ownersOf(candidateCount, candidateParts);
  const votes = new Map<number, number>();
  for (const [part, p] of ownersOf(primaryCount, primaryParts)) {
    const c = owners.get(part);
    if (p < 0 || c === undefined || c < 0) continue;
    const pair = p * candidateCount + c;
    votes.set(pair, (votes.get(pair) ?? 0) + 1);
  }
  return longestRising(mutualBest(votes, candidateCount));
}

/** Part → the one element that has it; -1 when several have it. */
function ownersOf(count: number, partsOf: PartsOf): Map<number, number> {
  const owners = new Map<number, number>();
  for (let n = 0; n < count; n++) {
    for (const part of partsOf(n)) {
      const owner = owners.get(part);
      owners.set(part, owner === undefined || owner === n ? n : -1);
    }
  }
  return owners;
}

function mutualBest(votes: ReadonlyMap<number, number>, candidateCount: number): [number, number][] {
  const bestOfPrimary = new Map<number, number>();
  const bestOfCandidate = new Map<number, number>();
  const keepBest = (best: Map<number, number>, of: number, pair: number) => {
    const held = best.get(of);
    const gains = held === undefined ? 1 : votes.get(pair)! - votes.get(held)!;
    if (gains > 0 || (gains === 0 && pair < held!)) best.set(of, pair);
  };
  for (const pair of votes.keys()) {
    keepBest(bestOfPrimary, Math.floor(pair / candidateCount), pair);
    keepBest(bestOfCandidate, pair % candidateCount, pair);
  }
  return [...bestOfPrimary]
    .filter(([, pair]) => bestOfCandidate.get(pair % candidateCount) === pair)
    .map(([p, pair]): [number, number] => [p, pair % candidateCount])
    .sort(([a], [b]) => a - b);
}

/** The longest part of pairs, sorted by their first, whose second rises too. By patience sorting. */
function longestRising(pairs: readonly [number, number][]): [number, number][] {
  const tails: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, second], n) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]!]![1] < second) low = middle + 1;
      else high = middle;
    }
    before[n] = tails[low - 1] ?? -1;
    tails[low] = n;
  });
  const rising: [number, number][] = [];
  for (let n = tails.at(-1) ?? -1; n >= 0; n = before[n]!) rising.push(pairs[n]!);
  return rising.toReversed();
}
