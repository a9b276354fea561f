/** Two elements that belong together; -1 where one side has none. */
export interface Pair {
  readonly primary: number;
  readonly candidate: number;
  /** True when the two are known to be the same. */
  readonly isSame: boolean;
}

/** What is left between pairs that are settled: from and to, of both lists. */
export interface Gap {
  readonly primary: readonly [from: number, to: number];
  readonly candidate: readonly [from: number, to: number];
}

/** The gaps that rising pairs leave in two lists, empty ones left out. */
export function gapsBetween(pairs: readonly (readonly [number, number])[], whole: Gap): Gap[] {
  const gaps: Gap[] = [];
  let [p, c] = [whole.primary[0], whole.candidate[0]];
  for (const [primary, candidate] of [...pairs, [whole.primary[1], whole.candidate[1]] as const]) {
    if (primary > p || candidate > c) gaps.push({ primary: [p, primary], candidate: [c, candidate] });
    p = primary + 1;
    c = candidate + 1;
  }
  return gaps;
}

/** Pairs elements of the same identity wherever they are, the first with the first; the others stay alone. */
export function pairByIdentity(primary: readonly number[], candidate: readonly number[]): Pair[] {
  const waiting = new Map<number, number[]>();
  for (let n = candidate.length - 1; n >= 0; n--) {
    const others = waiting.get(candidate[n]!);
    if (others) others.push(n);
    else waiting.set(candidate[n]!, [n]);
  }
  const pairs = primary.map((identity, n) => ({
    primary: n,
    candidate: waiting.get(identity)?.pop() ?? -1,
    isSame: false,
  }));
  const alone = [...waiting.values()].flat().sort((a, b) => a - b);
  return [...pairs, ...alone.map((n) => ({ primary: -1, candidate: n, isSame: false }))];
}

/** Pairs by position, from the front of a gap. */
export function pairByIndex({ primary: [p, pEnd], candidate: [c, cEnd] }: Gap): Pair[] {
  const pairs: Pair[] = [];
  for (let n = 0; p + n < pEnd || c + n < cEnd; n++) {
    pairs.push({
      primary: p + n < pEnd ? p + n : -1,
      candidate: c + n < cEnd ? c + n : -1,
      isSame: false,
    });
  }
  return pairs;
}
