import type { Clock } from "../clock.ts";

/** Durations of the last minutes, as percentiles. */
export interface RecentLatency {
  record(durationMs: number): void;
  /** How many there are in each bin: what another process may add to its own. */
  bins(): Uint32Array;
  /** Adds what another process recorded just now. */
  add(bins: Uint32Array): void;
  /** The duration that this share (0–1) of the recent ones did not exceed, within 5 %; null when there are none. */
  percentileMs(share: number): number | null;
}

/** Eight bins to the octave: neighbours differ by 9 %, so the middle of one is off by less than 5 %. */
const BINS_PER_OCTAVE = 8;
const LOWEST_MS = 0.05;
/** 24 octaves: from 0.05 ms to 14 minutes. */
const BINS = 24 * BINS_PER_OCTAVE;
const WINDOW_MS = 5 * 60_000;

/** A log-scale histogram over the current five minutes and those before: constant memory, nothing sorted. */
export function recentLatency(clock: Clock): RecentLatency {
  let current = new Uint32Array(BINS);
  let before = new Uint32Array(BINS);
  let window = windowNow();

  function windowNow(): number {
    return Math.floor(clock.elapsed() / WINDOW_MS);
  }

  function turn(): void {
    const now = windowNow();
    if (now === window) return;
    before = now === window + 1 ? current : new Uint32Array(BINS);
    current = new Uint32Array(BINS);
    window = now;
  }

  let lastCounted = -2;
  return {
    record(durationMs) {
      turn();
      lastCounted = window;
      const bin = binOf(durationMs);
      current[bin] = current[bin]! + 1;
    },
    bins() {
      turn();
      return current.map((count, bin) => count + before[bin]!);
    },
    add(bins) {
      turn();
      lastCounted = window;
      current = current.map((count, bin) => count + bins[bin]!);
    },
    percentileMs(share) {
      turn();
      // Most of thousands of routes are idle, and their empty bins are not worth adding up.
      if (lastCounted < window - 1) return null;
      const counts = current.map((count, bin) => count + before[bin]!);
      const total = counts.reduce((sum, count) => sum + count, 0);
      let left = Math.max(1, Math.ceil(total * share));
      const bin = counts.findIndex((count) => (left -= count) <= 0);
      return total === 0 ? null : middleOf(bin);
    },
  };
}

function binOf(durationMs: number): number {
  const bin = Math.floor(Math.log2(Math.max(durationMs, LOWEST_MS) / LOWEST_MS) * BINS_PER_OCTAVE);
  return Math.min(bin, BINS - 1);
}

function middleOf(bin: number): number {
  return LOWEST_MS * 2 ** ((bin + 0.5) / BINS_PER_OCTAVE);
}
