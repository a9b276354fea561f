import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtInPrices, parsePrices, pricesFor, type Prices } from "../../../gateway/cost/prices.ts";

const asPrices = (text: string) => {
  const parsed = parsePrices(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
};
const problemOf = (text: string) => {
  const parsed = parsePrices(text);
  return "problem" in parsed ? parsed.problem : null;
};
const edited = (edit: (prices: Prices) => object) => JSON.stringify(edit(structuredClone(builtInPrices)));

describe("the price file", () => {
  it("is what comes built in", () => {
    const file = new URL("../../../gateway/cost/prices.json", import.meta.url);
    expect(asPrices(readFileSync(file, "utf8"))).toEqual(builtInPrices);
  });

  it("says of which day and from which page it is", () => {
    expect(builtInPrices.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(new URL(builtInPrices.source).hostname).toBe("aws.amazon.com");
  });

  it("may be edited: another price, another region", () => {
    const dearer = { usdPerMillionRequests: 0.3, usdPerGbSecond: { x86_64: 0.00002, arm64: 0.00001 } };
    const prices = asPrices(edited((p) => ({ ...p, regions: { ...p.regions, "af-south-1": dearer } })));
    expect(pricesFor(prices, "af-south-1", "arm64")).toEqual({
      usdPerMillionRequests: 0.3,
      usdPerGbSecond: 0.00001,
      region: "af-south-1",
    });
  });

  it("is refused with the place of every problem and what to do", () => {
    const problem = problemOf(
      edited((p) => ({
        ...p,
        date: "yesterday",
        regions: { ...p.regions, "eu-west-1": { usdPerMillionRequests: -1 } },
      })),
    );
    expect(problem).toContain("date: ");
    expect(problem).toContain("regions.eu-west-1.usdPerMillionRequests: ");
    expect(problem).toContain("regions.eu-west-1.usdPerGbSecond: ");
    expect(problem).toContain("write it like");
  });

  it("is refused without a default, with an unknown key, or when it is not JSON", () => {
    expect(problemOf(edited((p) => ({ ...p, regions: {} })))).toContain("regions.default: ");
    expect(problemOf(edited((p) => ({ ...p, datum: "2026-01-01" })))).toContain("datum");
    expect(problemOf("{")).toMatch(/not JSON/);
    expect(problemOf("[]")).toContain("file: ");
  });
});

describe("a function's price", () => {
  it("is its region's, by architecture", () => {
    expect(pricesFor(builtInPrices, "us-east-1", "x86_64")).toEqual({
      usdPerMillionRequests: 0.2,
      usdPerGbSecond: 0.0000166667,
      region: "us-east-1",
    });
    expect(pricesFor(builtInPrices, "eu-central-1", "arm64")).toMatchObject({
      usdPerGbSecond: 0.0000133334,
      region: "eu-central-1",
    });
  });

  it("is the default's, and says so, where the region is not listed", () => {
    expect(pricesFor(builtInPrices, "mars-north-1", "x86_64").region).toBe("default");
    expect(pricesFor(builtInPrices, "constructor", "x86_64").region).toBe("default");
  });
});
