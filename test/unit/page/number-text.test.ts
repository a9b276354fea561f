import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ago,
  count,
  dollars,
  instant,
  milliseconds,
  percent,
  rate,
} from "../../../page/parts/number-text.ts";

describe("numbers as people read them", () => {
  it.each([
    [0, "0 %"],
    [0.0213, "0.021 %"],
    [2.134, "2.13 %"],
    [25, "25 %"],
    [99.93, "99.93 %"],
    [99.9999999, "99.999 %"],
    [100, "100 %"],
  ])("writes %d percent as %s", (value, text) => expect(percent(value)).toBe(text));

  it("never says 100 % of what is not quite all", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 99.999_999_999_9, noNaN: true }), (value) => {
        expect(percent(value)).not.toBe("100 %");
      }),
    );
  });

  it.each([
    [null, "–"],
    [0.84, "0.8 ms"],
    [12.3, "12 ms"],
    [994, "994 ms"],
    [1400, "1.4 s"],
    [12_300, "12 s"],
  ])("writes %s milliseconds as %s", (value, text) => expect(milliseconds(value)).toBe(text));

  it("writes counts, rates, money and times", () => {
    expect(count(12_480)).toBe("12,480");
    expect([rate(0), rate(0.42), rate(120.4)]).toEqual(["0", "0.4", "120"]);
    expect([dollars(0), dollars(0.000_42), dollars(3.271)]).toEqual(["$0.00", "$0.00042", "$3.27"]);
    expect(instant("2026-11-21T14:26:03.123Z")).toBe("2026-11-21 14:26:03 UTC");
    expect([0, 12_400, 3_700_000].map((ms) => ago(1e12 - ms, 1e12))).toEqual([
      "just now",
      "12 s ago",
      "1 h ago",
    ]);
  });
});
