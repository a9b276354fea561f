/** A line through measured points, by least squares. */
export interface Slope {
  /** Units a minute. */
  readonly perMinute: number;
  /** Of `perMinute`; as if each point knew nothing of the one before, so the true one is larger. */
  readonly standardError: number;
  readonly mean: number;
  /** True when it rises by more than its error explains, and by more than a hundredth of the mean a minute. */
  readonly grows: boolean;
}

/** A point: seconds, and what was measured then. */
export type Point = readonly [seconds: number, value: number];

/** Twice the error is what chance exceeds once in twenty runs. */
const ERRORS = 2;
const NOTABLE_SHARE = 0.01;

/** The slope of at least three points at different times; NaN of fewer. */
export function slopeOf(points: readonly Point[]): Slope {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spreadX = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const perSecond = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0) / spreadX;
  const left = points.reduce((sum, [x, y]) => sum + (y - mean - perSecond * (x - meanX)) ** 2, 0);
  const perMinute = perSecond * 60;
  const standardError = Math.sqrt(left / (count - 2) / spreadX) * 60;
  const grows = perMinute - ERRORS * standardError > 0 && perMinute > Math.max(mean, 1) * NOTABLE_SHARE;
  return { perMinute, standardError, mean, grows };
}

/** One line for people. */
export function slopeText(name: string, { perMinute, standardError, mean, grows }: Slope): string {
  const figures = `${signed(perMinute)} ± ${standardError.toFixed(3)} a minute, mean ${mean.toFixed(1)}`;
  return `${name.padEnd(24)} ${figures.padEnd(44)} ${grows ? "GROWING" : "flat"}`;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
