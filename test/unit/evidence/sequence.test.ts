import { describe, expect, it } from "vitest";
import {
  fewestMore,
  logBeta,
  logBetaShare,
  logEvidence,
  logGamma,
  logSum,
  rateBounds,
} from "../../../gateway/evidence/sequence.ts";
import { seededRandom } from "./seeded-random.ts";

describe("special functions", () => {
  it("know the factorials and Γ(½)", () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
      factorial *= n;
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
    expect(logGamma(0.25)).toBeCloseTo(Math.log(3.625609908221908), 12);
  });

  it("stay exact for large counts", () => {
    // Γ(n+1) = n Γ(n)
    expect(logGamma(1_000_001) - logGamma(1_000_000)).toBeCloseTo(Math.log(1_000_000), 7);
    expect(logBeta(1, 5_000_000)).toBeCloseTo(-Math.log(5_000_000), 6);
  });

  it("give a beta distribution's share as the binomial sum does", () => {
    // I_x(k, n−k+1) = P(Bin(n, x) ≥ k)
    const [n, k, x] = [20, 7, 0.3];
    let sum = 0;
    for (let j = k; j <= n; j++) {
      const logChoose = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1);
      sum += Math.exp(logChoose + j * Math.log(x) + (n - j) * Math.log(1 - x));
    }
    expect(Math.exp(logBetaShare(x, k, n - k + 1))).toBeCloseTo(sum, 12);
    expect(Math.exp(logBetaShare(1 - x, n - k + 1, k))).toBeCloseTo(1 - sum, 12);
    expect(logBetaShare(0.5, 400, 400)).toBeCloseTo(Math.log(0.5), 10);
    expect(logBetaShare(0, 2, 2)).toBe(Number.NEGATIVE_INFINITY);
    expect(logBetaShare(1, 2, 2)).toBe(0);
  });

  it("keep tiny shares apart that would be zero as plain numbers", () => {
    // I_x(a, 1) = x^a
    expect(logBetaShare(0.5, 2_000, 1)).toBeCloseTo(2_000 * Math.log(0.5), 6);
  });

  it("sum without overflow", () => {
    expect(
      logSum([
        { weight: 0.5, log: 900 },
        { weight: 0.5, log: 900 },
      ]),
    ).toBeCloseTo(900, 10);
    expect(logSum([{ weight: 1, log: Number.NEGATIVE_INFINITY }])).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("rate bounds", () => {
  it("know nothing before the first trial", () => {
    expect(rateBounds(0, 0, 0.05)).toEqual({ low: 0, high: 1 });
  });

  it("hold what they promise: the formula is just met at both ends", () => {
    const { low, high } = rateBounds(30, 400, 0.05);
    for (const p of [low, high]) {
      const log = logBeta(30.5, 370.5) - logBeta(0.5, 0.5) - 30 * Math.log(p) - 370 * Math.log(1 - p);
      expect(log).toBeCloseTo(Math.log(20), 6);
    }
    expect(low).toBeLessThan(30 / 400);
    expect(high).toBeGreaterThan(30 / 400);
  });

  it("reach down to 0 without a hit, and up to 1 without a miss", () => {
    expect(rateBounds(0, 5_000, 0.05).low).toBe(0);
    expect(rateBounds(0, 5_000, 0.05).high).toBeLessThan(0.0016);
    expect(rateBounds(5_000, 5_000, 0.05).high).toBe(1);
  });

  it("cover the true rate at every look at once", () => {
    const random = seededRandom(1);
    for (const rate of [0.002, 0.05, 0.5]) {
      let left = 0;
      for (let run = 0; run < 200; run++) {
        let hits = 0;
        let covered = true;
        for (let n = 1; n <= 500; n++) {
          if (random() < rate) hits += 1;
          // Whether the rate still stands is the bounds' own formula; the bounds themselves would take 60 steps a look.
          const log = logBeta(0.5 + hits, 0.5 + n - hits) - logBeta(0.5, 0.5);
          covered &&= log - hits * Math.log(rate) - (n - hits) * Math.log(1 - rate) < Math.log(1 / 0.1);
        }
        if (!covered) left += 1;
      }
      expect(left / 200).toBeLessThanOrEqual(0.1);
    }
  });
});

describe("how many more", () => {
  it("are the fewest that are enough", () => {
    for (const enough of [0, 1, 2, 7, 1_000, 12_345])
      expect(fewestMore((more) => more >= enough)).toBe(enough);
    expect(fewestMore(() => false)).toBeNull();
  });

  it("bring the bound of a clean route down to what is allowed", () => {
    const isEnough = (more: number) => rateBounds(3, 2_000 + more, 0.05).high <= 0.001;
    const more = fewestMore(isEnough)!;
    expect([isEnough(more), isEnough(more - 1)]).toEqual([true, false]);
  });
});

describe("evidence for more than even", () => {
  it("begins with none", () => {
    expect(logEvidence(0, 0, 1)).toBeCloseTo(0, 10);
    expect(logEvidence(0, 0, 30)).toBeCloseTo(0, 10);
  });

  it("is the mean likelihood ratio", () => {
    // ∫ over (½, 1] of 2p dp = ¾, doubled by the prior's density: 1.5 to 1 for the first one.
    expect(Math.exp(logEvidence(1, 0, 1))).toBeCloseTo(1.5, 10);
    expect(Math.exp(logEvidence(9, 0, 1))).toBeCloseTo(1023 / 10, 8);
  });

  it("is a fair game at p = ½: what the next trial brings is worth what there is", () => {
    for (const a of [1, 30]) {
      for (const [b, c] of [
        [0, 0],
        [5, 2],
        [40, 60],
        [700, 650],
      ] as const) {
        const next = (Math.exp(logEvidence(b + 1, c, a)) + Math.exp(logEvidence(b, c + 1, a))) / 2;
        expect(next / Math.exp(logEvidence(b, c, a))).toBeCloseTo(1, 8);
      }
    }
  });

  it("stays below 1/α in all but α of the games, looked at after each trial", () => {
    const random = seededRandom(2);
    let alarms = 0;
    for (let game = 0; game < 1_000; game++) {
      let [b, c, most] = [0, 0, 0];
      for (let n = 0; n < 300; n++) {
        if (random() < 0.5) b += 1;
        else c += 1;
        most = Math.max(most, logEvidence(b, c, 1));
      }
      if (most >= Math.log(20)) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(50);
    expect(alarms).toBeGreaterThan(0);
  });
});
