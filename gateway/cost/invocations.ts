import type { Clock } from "../clock.ts";
import { recentLatency, type RecentLatency } from "../telemetry/recent-latency.ts";
import type { LambdaReport } from "./report-line.ts";

/** What the reports of a route's function add up to; plain JSON, null where nothing is known yet. */
export interface InvocationSummary {
  /** How many invocations were looked at, since the gateway started. */
  readonly sampled: number;
  readonly cold: StartSummary & {
    /** Median of what the platform took to start: init phase or SnapStart's restore. */
    readonly startP50Ms: number | null;
  };
  readonly warm: StartSummary;
  readonly meanBilledMs: number | null;
  readonly memory: MemorySummary | null;
  /** That of the newest sample. */
  readonly version: string | null;
}

/** One kind of start, and how long the gateway waited for such answers over the last 5–10 minutes. */
export interface StartSummary {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface MemorySummary {
  readonly sizeMb: number;
  /** The most seen since the function has had this size. */
  readonly peakUsedMb: number;
  /** How much of the size was never used, 0–100. */
  readonly headroomPercent: number;
}

/** What became of a route's sampled invocations. */
export interface Invocations {
  /** `tookMs` is what the gateway waited; `version` is the one that ran. */
  record(report: LambdaReport, tookMs: number, version: string | undefined): void;
  summary(): InvocationSummary;
}

/** Adds up one route's reports in memory; constant in size however many there are. */
export function invocations(clock: Clock): Invocations {
  const cold = startTally(clock);
  const warm = startTally(clock);
  const startMs = recentLatency(clock);
  let billedMs = 0;
  let sizeMb = 0;
  let peakUsedMb = 0;
  let newestVersion: string | null = null;

  return {
    record(report, tookMs, version) {
      const tally = report.coldStart ? cold : warm;
      tally.count += 1;
      tally.latency.record(tookMs);
      if (report.coldStart) startMs.record((report.initMs ?? 0) + (report.restoreMs ?? 0));
      billedMs += report.billedMs;
      // A deployment that resizes the function says nothing yet of what it will use.
      if (report.memoryMb !== sizeMb) peakUsedMb = 0;
      sizeMb = report.memoryMb;
      peakUsedMb = Math.max(peakUsedMb, report.usedMemoryMb);
      newestVersion = version ?? null;
    },
    summary() {
      const sampled = cold.count + warm.count;
      return {
        sampled,
        cold: { ...summaryOf(cold), startP50Ms: startMs.percentileMs(0.5) },
        warm: summaryOf(warm),
        meanBilledMs: sampled === 0 ? null : billedMs / sampled,
        memory: sampled === 0 ? null : memoryOf(sizeMb, peakUsedMb),
        version: newestVersion,
      };
    },
  };
}

interface StartTally {
  count: number;
  readonly latency: RecentLatency;
}

function startTally(clock: Clock): StartTally {
  return { count: 0, latency: recentLatency(clock) };
}

function summaryOf({ count, latency }: StartTally): StartSummary {
  return { count, p50Ms: latency.percentileMs(0.5), p99Ms: latency.percentileMs(0.99) };
}

function memoryOf(sizeMb: number, peakUsedMb: number): MemorySummary {
  // A function that ran out of memory is reported with its size, or 1 MB more.
  const headroomPercent = Math.max(0, 100 * (1 - peakUsedMb / sizeMb));
  return { sizeMb, peakUsedMb, headroomPercent };
}
