import { describe, expect, it } from "vitest";
import { bucketStart, quantileBounds, quantileOf } from "../../../gateway/evidence/quantile.ts";
import { seededRandom } from "./seeded-random.ts";

const bucketOf = (value: number) => Math.floor(4 * Math.log2(value));

describe("a quantile", () => {
  it("is between nothing and everything before anything was counted", () => {
    expect(quantileBounds({}, 0.5, 0.05)).toEqual({ low: 0, high: Number.POSITIVE_INFINITY });
    expect(quantileOf({}, 0.5)).toBe(0);
  });

  it("is bounded by the edges of its bucket when enough was counted", () => {
    const counts = { "-2": 100_000, 3: 100_000, 8: 100_000 };
    expect(quantileBounds(counts, 0.5, 0.05)).toEqual({ low: bucketStart(3), high: bucketStart(4) });
    expect(quantileBounds(counts, 0.1, 0.05)).toEqual({ low: bucketStart(-2), high: bucketStart(-1) });
    expect(quantileOf(counts, 0.9)).toBe(bucketStart(8.5));
  });

  it("has no upper bound where too little was counted beyond it", () => {
    expect(quantileBounds({ 3: 100 }, 0.99, 0.05).high).toBe(Number.POSITIVE_INFINITY);
    expect(quantileBounds({ 3: 2_000 }, 0.99, 0.05).high).toBe(bucketStart(4));
  });

  it("is within its bounds at every look at once", () => {
    const random = seededRandom(11);
    for (const q of [0.5, 0.99]) {
      const exact = 20 - 10 * Math.log(1 - q);
      let left = 0;
      for (let run = 0; run < 150; run++) {
        const counts: Record<number, number> = {};
        let isOut = false;
        for (let n = 1; n <= 600; n++) {
          const bucket = bucketOf(20 - 10 * Math.log(1 - random()));
          counts[bucket] = (counts[bucket] ?? 0) + 1;
          if (n % 3 !== 0) continue;
          const { low, high } = quantileBounds(counts, q, 0.2);
          isOut ||= exact < low || exact > high;
        }
        left += Number(isOut);
      }
      expect(left / 150).toBeLessThanOrEqual(0.2);
    }
  });
});
