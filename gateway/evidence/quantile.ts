import type { DurationCounts } from "../store/evidence-store.ts";
import { stands } from "./sequence.ts";

/** Between which values a quantile lies. */
export interface QuantileBounds {
  readonly low: number;
  readonly high: number;
}

/** The value at which bucket i begins; that of durations' first bucket is below all of them. */
export const bucketStart = (i: number) => 2 ** (i / 4);

/**
 * Where the `q` quantile of counted values lies, with confidence 1 − `alpha` at all times together: at a threshold that is
 * below the quantile, the share of values below it is less than q. Whether it is, is a matter of a rate. One sequence, that at the
 * quantile itself, makes all thresholds right at once, as shares grow with thresholds: S. Howard, A. Ramdas, "Sequential
 * estimation of quantiles with applications to A/B testing and best-arm identification" (2022). Values are taken to be
 * continuous. Thresholds are edges of buckets, so bounds are a bucket (19 %) apart at least.
 */
export function quantileBounds(counts: DurationCounts, q: number, alpha: number): QuantileBounds {
  const buckets = inOrder(counts);
  const total = buckets.reduce((sum, { n }) => sum + n, 0);
  let [low, high, below] = [0, Number.POSITIVE_INFINITY, 0];
  for (const { bucket, n } of buckets) {
    if (below < q * total && !stands(q, below, total, alpha)) low = bucketStart(bucket);
    below += n;
    const isAbove = below > q * total && !stands(q, below, total, alpha);
    if (isAbove) high = Math.min(high, bucketStart(bucket + 1));
  }
  return { low, high };
}

/** The middle of the bucket that the quantile of what was counted falls into; 0 when nothing was. */
export function quantileOf(counts: DurationCounts, q: number): number {
  const buckets = inOrder(counts);
  const total = buckets.reduce((sum, { n }) => sum + n, 0);
  let below = 0;
  for (const { bucket, n } of buckets) {
    below += n;
    if (below >= q * total) return bucketStart(bucket + 0.5);
  }
  return 0;
}

function inOrder(counts: DurationCounts) {
  return Object.entries(counts)
    .map(([bucket, n]) => ({ bucket: Number(bucket), n }))
    .toSorted((a, b) => a.bucket - b.bucket);
}
