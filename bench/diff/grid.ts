import type { ContenderName } from "./trial.ts";

/** How many of the kinds of regression are tried: each n-th. */
export interface Grid {
  readonly every: number;
}

/** How noisy legacy is, and by how much more often the candidate differs. */
export interface Point {
  readonly noise: number;
  /** 0 is no regression, 1 is always. */
  readonly excess: number;
}

/** What one contender made of all trials at one point, after so many triples. */
export interface Cell extends Point {
  readonly contender: ContenderName;
  readonly samples: number;
  readonly found: number;
  readonly trials: number;
  readonly falseAlarms: number;
  readonly noisyPlaces: number;
  readonly missed: readonly string[];
}

const NOISE = [0, 0.1, 0.3, 0.6];
const EXCESS = [0, 0.05, 0.2, 1];

/** All points but that without noise and without a regression, at which there is nothing to see. */
const POINTS: readonly Point[] = EXCESS.flatMap((excess) => NOISE.map((noise) => ({ noise, excess }))).filter(
  ({ noise, excess }) => noise > 0 || excess > 0,
);

/** All points, shared out so that nobody waits long for the last: the costly ones first, each to who has least. */
export function sharesOf(count: number): Point[][] {
  const shares = Array.from({ length: count }, () => ({ points: [] as Point[], cost: 0 }));
  for (const point of POINTS.toSorted((a, b) => costOf(b) - costOf(a))) {
    const least = shares.reduce((a, b) => (b.cost < a.cost ? b : a));
    least.points.push(point);
    least.cost += costOf(point);
  }
  return shares.map(({ points }) => points);
}

/** Every third kind stands for all where nothing is broken; see `trialsOf`. */
const costOf = (point: Point) => samplesFor(point) / (point.excess === 0 ? 3 : 1);

/** Triples that a trial has at most. What is often broken, or never noisy, is found in few. */
export function samplesFor({ noise, excess }: Point): number {
  if (excess === 1) return 100;
  return excess === 0.2 || noise === 0 ? 500 : 2_000;
}
