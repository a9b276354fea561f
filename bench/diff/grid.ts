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

/** All points, the costly ones first; without noise and without a regression there is nothing to see. */
export function pointsOf(): Point[] {
  return EXCESS.flatMap((excess) => NOISE.map((noise) => ({ noise, excess }))).filter(
    ({ noise, excess }) => noise > 0 || excess > 0,
  );
}

/** Triples that a trial has at most. What is often broken, or never noisy, is found in few. */
export function samplesFor({ noise, excess }: Point): number {
  if (excess === 1) return 100;
  return excess === 0.2 || noise === 0 ? 500 : 2_000;
}
