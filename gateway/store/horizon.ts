import type { EvidenceQuery, Retention, SampleQuery } from "./evidence-store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Hours that are asked for, `to` not included, and the milliseconds that they span. Infinite where nothing is said. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export function spanOf({ since, until }: EvidenceQuery): Span {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Math.floor(since / HOUR_MS);
  const to = until === undefined ? Number.POSITIVE_INFINITY : Math.ceil(until / HOUR_MS);
  return { from, to, fromMs: from * HOUR_MS, toMs: to * HOUR_MS };
}

/** What is older than this is forgotten. */
export interface Horizon {
  /** The first hour that stays. */
  readonly hour: number;
  /** Milliseconds: keys and examples last seen before this go. */
  readonly lastSeenAt: number;
  readonly samplesAt: number;
  /** Ids of batches are kept for a day, in case one comes again. */
  readonly batchesAt: number;
}

export function horizonOf({ countsForMs, samplesForMs }: Retention, now: number): Horizon {
  const hour = Math.floor((now - countsForMs) / HOUR_MS);
  // A key is written together with its hours, so it goes last.
  const lastSeenAt = hour * HOUR_MS;
  return { hour, lastSeenAt, samplesAt: now - samplesForMs, batchesAt: now - DAY_MS };
}

/** How many samples are answered with. */
export function limitOf({ limit = 20 }: SampleQuery): number {
  return Math.min(Math.max(Math.floor(limit), 0), 1_000);
}
