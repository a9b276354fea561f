import { describe, expect, it } from "vitest";
import { invocations } from "../../../gateway/cost/invocations.ts";
import type { LambdaReport } from "../../../gateway/cost/report-line.ts";

const MINUTE_MS = 60_000;

function aTally() {
  let elapsedMs = 0;
  const tally = invocations({ now: () => 0, elapsed: () => elapsedMs });
  return { ...tally, advance: (ms: number) => void (elapsedMs += ms) };
}

function aReport(parts: Partial<LambdaReport> = {}): LambdaReport {
  return {
    durationMs: 9.5,
    billedMs: 10,
    memoryMb: 128,
    usedMemoryMb: 64,
    initMs: null,
    restoreMs: null,
    coldStart: false,
    status: "success",
    ...parts,
  };
}
const aColdReport = (initMs: number) => aReport({ billedMs: initMs + 10, initMs, coldStart: true });

/** Percentiles are right within 5 %. */
const about = (ms: number) => ({
  asymmetricMatch: (value: unknown) => typeof value === "number" && Math.abs(value - ms) <= ms * 0.05,
});

describe("a route's invocations", () => {
  it("are unknown before the first", () => {
    expect(aTally().summary()).toEqual({
      sampled: 0,
      cold: { count: 0, p50Ms: null, p99Ms: null, startP50Ms: null },
      warm: { count: 0, p50Ms: null, p99Ms: null },
      meanBilledMs: null,
      memory: null,
      version: null,
    });
  });

  it("are told apart by their start", () => {
    const tally = aTally();
    for (let n = 0; n < 98; n += 1) tally.record(aReport(), 20, "7");
    tally.record(aReport(), 200, "7");
    tally.record(aReport(), 200, "7");
    tally.record(aColdReport(500), 600, "7");
    expect(tally.summary()).toMatchObject({
      sampled: 101,
      cold: { count: 1, p50Ms: about(600), p99Ms: about(600), startP50Ms: about(500) },
      warm: { count: 100, p50Ms: about(20), p99Ms: about(200) },
    });
  });

  it("have one mean of what is billed, cold starts and all", () => {
    const tally = aTally();
    tally.record(aReport({ billedMs: 10 }), 12, "7");
    tally.record(aReport({ billedMs: 20 }), 22, "7");
    tally.record(aColdReport(500), 600, "7"); // billed 510
    expect(tally.summary().meanBilledMs).toBe(180); // (10 + 20 + 510) / 3
  });

  it("count a snapshot's restore as the start it is", () => {
    const tally = aTally();
    tally.record(aReport({ restoreMs: 400, coldStart: true }), 450, "7");
    expect(tally.summary().cold).toMatchObject({ count: 1, startP50Ms: about(400) });
  });

  it("leave the memory that was never used", () => {
    const tally = aTally();
    for (const usedMemoryMb of [64, 96, 80]) tally.record(aReport({ usedMemoryMb }), 12, "7");
    expect(tally.summary().memory).toEqual({ sizeMb: 128, peakUsedMb: 96, headroomPercent: 25 });
  });

  it("start over with the memory when the function gets another size of it", () => {
    const tally = aTally();
    tally.record(aReport({ memoryMb: 1024, usedMemoryMb: 300 }), 12, "7");
    tally.record(aReport({ memoryMb: 256, usedMemoryMb: 64 }), 12, "8");
    expect(tally.summary()).toMatchObject({
      memory: { sizeMb: 256, peakUsedMb: 64, headroomPercent: 75 },
      version: "8",
    });
  });

  it("leave no less than no memory", () => {
    const tally = aTally();
    tally.record(aReport({ usedMemoryMb: 129 }), 12, undefined);
    expect(tally.summary()).toMatchObject({ memory: { headroomPercent: 0 }, version: null });
  });

  it("keep their counts when their latencies are too old to tell", () => {
    const tally = aTally();
    tally.record(aColdReport(500), 600, "7");
    tally.advance(11 * MINUTE_MS);
    expect(tally.summary()).toMatchObject({
      sampled: 1,
      cold: { count: 1, p50Ms: null, p99Ms: null, startP50Ms: null },
      meanBilledMs: 510,
    });
  });

  it("are summed up as plain JSON", () => {
    const tally = aTally();
    tally.record(aColdReport(500), 600, "7");
    const summary = tally.summary();
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});
