/** One row of two texts next to each other; null where one of them has no such line. */
export interface LinePair {
  readonly ours: string | null;
  readonly theirs: string | null;
  readonly isSame: boolean;
}

/** Above so many cells the middle is not aligned but put side by side as it comes. */
const MOST_CELLS = 4_000_000;

/** Two texts line by line, aligned by their longest common subsequence. */
export function lineDiff(ours: string, theirs: string): LinePair[] {
  const [a, b] = [ours.split("\n"), theirs.split("\n")];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const same = (line: string): LinePair => ({ ours: line, theirs: line, isSame: true });
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

function middle(a: readonly string[], b: readonly string[]): LinePair[] {
  if ((a.length + 1) * (b.length + 1) > MOST_CELLS) return beside(a, b);
  const pairs: LinePair[] = [];
  let [left, right]: [string[], string[]] = [[], []];
  const flush = () => {
    pairs.push(...beside(left, right));
    [left, right] = [[], []];
  };
  const common = commonLengths(a, b);
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      pairs.push({ ours: a[i++]!, theirs: b[j++]!, isSame: true });
    } else if (j === b.length || (i < a.length && common(i + 1, j) >= common(i, j + 1))) left.push(a[i++]!);
    else right.push(b[j++]!);
  }
  flush();
  return pairs;
}

/** Lines that were replaced stand next to what replaced them. */
function beside(left: readonly string[], right: readonly string[]): LinePair[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, n) => ({
    ours: left[n] ?? null,
    theirs: right[n] ?? null,
    isSame: false,
  }));
}

/** The length of the longest common subsequence of what follows in both. */
function commonLengths(a: readonly string[], b: readonly string[]): (i: number, j: number) => number {
  const width = b.length + 1;
  const cells = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      cells[i * width + j] =
        a[i] === b[j]
          ? cells[(i + 1) * width + j + 1]! + 1
          : Math.max(cells[(i + 1) * width + j]!, cells[i * width + j + 1]!);
    }
  }
  return (i, j) => cells[i * width + j]!;
}
