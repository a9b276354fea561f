import type { Clock } from "../clock.ts";

const WITHIN_MS = 60_000;
const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/** How long to wait before what ended is begun again: longer the oftener it was asked within a minute. */
export function backOff(clock: Pick<Clock, "elapsed">): () => number {
  let asked: number[] = [];
  return () => {
    const now = clock.elapsed();
    asked = [...asked.filter((at) => now - at < WITHIN_MS), now];
    return Math.min(FIRST_MS * 2 ** (asked.length - 1), LONGEST_MS);
  };
}
