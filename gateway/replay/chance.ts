import { BUCKETS, bucketOf, bucketsIn } from "../flags/bucket.ts";

/**
 * What is left to chance, by hash: the same for an entry in each run with the same seed, in whatever order entries come, in
 * however many shards, and however often the run is taken up again.
 */
export interface Chance {
  /** Whether legacy is asked a second time. */
  readonly asksTwice: (id: string, percent: number) => boolean;
  /** Whether it is asked again before the function, and not after. */
  readonly secondaryFirst: (id: string) => boolean;
}

export function chance(seed: number): Chance {
  return {
    asksTwice: (id, percent) => bucketOf(String(seed), "/secondary/", id) < bucketsIn(percent),
    secondaryFirst: (id) => bucketOf(String(seed), "/order/", id) < BUCKETS / 2,
  };
}

/** One of several parts of a corpus, by session: `index` from 1 to `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Shard = { index: 1, of: 1 };

export function isInShard(
  { id, session }: { readonly id: string; readonly session: string | null },
  { index, of }: Shard,
): boolean {
  return bucketOf("shard", "/", session ?? id) % of === index - 1;
}
