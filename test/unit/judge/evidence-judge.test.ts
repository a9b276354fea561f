import { describe, expect, it } from "vitest";
import type { Observation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import { comparePool } from "../../../gateway/judge/compare-pool.ts";
import { evidenceJudge } from "../../../gateway/judge/evidence-judge.ts";
import type { Pair } from "../../../gateway/shadow/judge.ts";
import { evidenceWriter } from "../../../gateway/store/evidence-writer.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import { answered, NOW } from "../diff/answers.ts";
import { routeOf, targetOf } from "../routes/route-of.ts";

const ROUTE = routeOf("GET * /");
const FAILED: Observation = { kind: "failed", failure: "timeout", durationMs: 3_000 };

const said = (id: string, version: string | null = null, build: string | null = null, durationMs = 8) => ({
  ...answered({ body: `{"id":"${id}"}`, headers: build === null ? [] : ["X-Build", build] }),
  version,
  durationMs,
});

/** What is in the store after these pairs. */
async function judged(pairs: readonly Partial<Pair>[], legacyBuildHeader: string | null = null) {
  const store = memoryStore();
  const clock = { now: () => NOW, elapsed: () => 0 };
  const retention = { countsForMs: 1e13, samplesForMs: 1e13, samplesMaxBytes: 1e9 };
  const writer = evidenceWriter(store, {
    clock,
    retention,
    onLost: () => undefined,
    onTrouble: () => undefined,
  });
  const comparer = comparePool();
  const judge = evidenceJudge({
    clock,
    comparer,
    writer,
    environment: "",
    legacyBuildHeader,
    redactor: redactor(DEFAULT_REDACTION, Buffer.alloc(32, 1)),
    onUnexpected: (error) => {
      throw error;
    },
  });
  for (const [n, pair] of pairs.entries()) {
    await judge.judge({
      route: ROUTE,
      body: Buffer.alloc(0),
      candidateSide: "function",
      secondary: null,
      at: NOW,
      request: { id: `${n}`, method: "GET", target: targetOf("/"), headers: [] },
      primary: said("a"),
      candidate: said("a", "7"),
      ...pair,
    });
  }
  judge.dropped(ROUTE, "function", "bytes");
  judge.finish();
  await writer.close();
  await comparer.stop();
  return store.summaries({});
}

describe("what is compared", () => {
  it("is filed under the build that legacy's answers name, and a side that says nothing under what it was", async () => {
    const pairs = [
      { primary: said("a", null, "b1") },
      { primary: said("a") },
      { primary: FAILED },
      { candidateSide: "legacy" as const, primary: said("a", "7"), candidate: said("a", null, "b1") },
      { primary: said("a", null, "b2") },
    ];
    const summaries = await judged(pairs, "x-build");
    const told = summaries.map(({ key, counts }) => `${key.candidate} ${key.legacyBuild} ${counts.compared}`);
    expect(told.toSorted()).toEqual(["function b1 3", "function b2 1", "legacy b1 1"]);
    expect((await judged(pairs)).map(({ key }) => key.legacyBuild)).toEqual(["", ""]);
  });

  it("counts failures and dropped copies with the version that ran before", async () => {
    const summaries = await judged([{}, { candidate: FAILED }]);
    expect(summaries).toMatchObject([
      {
        key: { functionVersion: "7" },
        counts: { compared: 2, onlyCandidateFailed: 1 },
        dropped: { bytes: 1 },
      },
    ]);
  });

  it("has the ratio of both durations, but of pairs that both answered only", async () => {
    const pair = (primary: number, candidate: number) => ({
      primary: said("a", null, null, primary),
      candidate: said("a", "7", null, candidate),
    });
    const [summary] = await judged([pair(10, 20), pair(20, 10), pair(0.1, 0.9), { candidate: FAILED }]);
    expect(summary!.ratios).toEqual({ 4: 1, "-4": 1, 0: 1 });
  });

  it("loses no noise of the last second, and none of its features", async () => {
    const triple = {
      primary: said("a"),
      candidate: said("b", "7"),
      secondary: said("00000000-0000-4000-8000-000000000000"),
    };
    const [summary] = await judged([triple, triple, {}]);
    expect(summary!.counts.compared).toBe(3);
    expect(summary!.noise).toMatchObject([
      { at: "**", triples: 2, both: 2 },
      { at: "body/id", triples: 2, both: 2, features: { uuid: { onlyCandidate: 0, onlySecondary: 2 } } },
    ]);
  });
});
