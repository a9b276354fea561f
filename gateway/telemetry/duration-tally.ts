/**
 * Upper bounds of the buckets that durations are counted in, in seconds; a last one takes what is longer. As OpenTelemetry
 * advises for HTTP (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration).
 */
export const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] as const;

/** Durations as plain numbers, which add up over processes. */
export interface DurationTally {
  /** One for each bound, and one for what is over the last; not cumulative. */
  readonly counts: number[];
  sumS: number;
}

export function emptyDurations(): DurationTally {
  return { counts: Array.from({ length: BOUNDS_S.length + 1 }, () => 0), sumS: 0 };
}

export function countDuration(tally: DurationTally, durationMs: number): void {
  const seconds = durationMs / 1000;
  let bucket = 0;
  while (bucket < BOUNDS_S.length && seconds > BOUNDS_S[bucket]!) bucket += 1;
  tally.counts[bucket]! += 1;
  tally.sumS += seconds;
}

export function addDurations(to: DurationTally, from: DurationTally): void {
  addEach(to.counts, from.counts);
  to.sumS += from.sumS;
}

/** Numbers to numbers, place by place. */
export function addEach(to: number[], from: readonly number[]): void {
  for (const [place, by] of from.entries()) to[place]! += by;
}
