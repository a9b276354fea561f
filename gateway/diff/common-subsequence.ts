import type { Work } from "./work.ts";

/** Edits up to which a shortest way is looked for; time and memory grow with its square. */
const MAX_EDITS = 256;

/**
 * The longest common subsequence as rising pairs of positions, or null when the lists are more than 256 edits apart.
 * Source: E. Myers, An O(ND) Difference Algorithm and Its Variations, Algorithmica 1 (1986).
 */
export function commonSubsequence(
  a: readonly number[],
  b: readonly number[],
  work: Work,
): [number, number][] | null {
  const max = Math.min(a.length + b.length, MAX_EDITS);
  const furthest = new Int32Array(2 * max + 2);
  const trail: Int32Array[] = [];
  for (let edits = 0; edits <= max; edits++) {
    trail.push(furthest.slice(max - edits, max + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const comesDown =
        diagonal === -edits ||
        (diagonal !== edits && furthest[max + diagonal - 1]! < furthest[max + diagonal + 1]!);
      let x = comesDown ? furthest[max + diagonal + 1]! : furthest[max + diagonal - 1]! + 1;
      const before = x;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      work.spend(1 + x - before);
      furthest[max + diagonal] = x;
      if (x >= a.length && x - diagonal >= b.length) return backtrack(trail, a.length, b.length);
    }
  }
  return null;
}

function backtrack(trail: readonly Int32Array[], fromX: number, fromY: number): [number, number][] {
  const pairs: [number, number][] = [];
  let [x, y] = [fromX, fromY];
  for (let edits = trail.length - 1; edits >= 0; edits--) {
    // In the copy of step `edits`, diagonal d stands at d + edits.
    const furthest = trail[edits]!;
    const at = x - y + edits;
    const comesDown = at === 0 || (at !== 2 * edits && furthest[at - 1]! < furthest[at + 1]!);
    const startX = edits === 0 ? 0 : comesDown ? furthest[at + 1]! : furthest[at - 1]! + 1;
    const startY = startX - (x - y);
    while (x > startX && y > startY) pairs.push([--x, --y]);
    if (edits === 0) break;
    if (comesDown) y -= 1;
    else x -= 1;
  }
  return pairs.toReversed();
}
