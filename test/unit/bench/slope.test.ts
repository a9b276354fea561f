import { describe, expect, it } from "vitest";
import { slopeOf, type Point } from "../../../bench/watch/slope.ts";

/** A point a second; the wobble has no trend of its own. */
const points = (of: (second: number) => number): Point[] =>
  Array.from({ length: 600 }, (_, second) => [second, of(second)]);
const wobble = (second: number) => [3, -1, -4, 2, 0][second % 5]!;

describe("the slope of what was measured", () => {
  it("is that of the line it lies on, a minute", () => {
    const { perMinute, standardError, mean } = slopeOf(points((second) => 100 + second / 60));
    expect(perMinute).toBeCloseTo(1, 9);
    expect(standardError).toBeCloseTo(0, 9);
    expect(mean).toBeCloseTo(104.99, 2);
  });

  it("grows when it rises by more than chance explains", () => {
    expect(slopeOf(points((second) => 100 + (second / 60) * 3 + wobble(second))).grows).toBe(true);
  });

  it("does not grow when it only wobbles, falls, or rises by next to nothing", () => {
    expect(slopeOf(points((second) => 100 + wobble(second))).grows).toBe(false);
    expect(slopeOf(points((second) => 100 - second / 10)).grows).toBe(false);
    expect(slopeOf(points((second) => 100 + second / 600)).grows).toBe(false);
  });

  it("says nothing of fewer than three points", () => {
    expect(
      slopeOf([
        [0, 1],
        [1, 5],
      ]).grows,
    ).toBe(false);
  });
});
