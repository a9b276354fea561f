import { describe, expect, it } from "vitest";
import { peekedAt } from "../../../bench/peeking-runs.ts";
import { stands } from "../../../gateway/evidence/sequence.ts";
import { seededRandom } from "./seeded-random.ts";

const PEEKING = { looks: 20_000, alpha: 0.05, runs: 200 };

describe("looking after every pair", () => {
  it.each([0.0003, 0.001, 0.01, 0.1])(
    "leaves the true rate of %d inside, where an interval for one look loses it",
    (rate) => {
      const { sequence, wilson, wilsonOnce } = peekedAt({ ...PEEKING, rate, seed: 7 });
      expect(sequence / PEEKING.runs).toBeLessThanOrEqual(0.05);
      expect(wilson / PEEKING.runs).toBeGreaterThan(0.25);
      expect(wilsonOnce / PEEKING.runs).toBeLessThan(0.1);
    },
  );

  it("is the same as looking when something differs and just before", () => {
    const [rate, alpha, random] = [0.1, 0.9, seededRandom(5)];
    let alarms = 0;
    for (let run = 0; run < 50; run++) {
      const differs = Array.from({ length: 800 }, () => random() < rate);
      let [hits, always, sometimes] = [0, false, false];
      for (const [n, does] of differs.entries()) {
        hits += Number(does);
        const isOut = !stands(rate, hits, n + 1, alpha);
        always ||= isOut;
        const isLastClean = !does && (differs[n + 1] ?? true);
        const isFirstClean = !does && (n === 0 || differs[n - 1]!);
        sometimes ||= isOut && (does || isLastClean || isFirstClean);
      }
      expect(sometimes).toBe(always);
      alarms += Number(always);
    }
    expect(alarms).toBeGreaterThan(5);
    expect(alarms).toBeLessThan(45);
  });
});
