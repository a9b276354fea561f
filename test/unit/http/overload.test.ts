import { describe, expect, it } from "vitest";
import { Overload } from "../../../gateway/http/overload.ts";

const memory = (share: number) => [
  { of: "heap", share },
  { of: "buffers", share: 0 },
];

describe("requests in flight", () => {
  it("leave the last places to legacy", () => {
    const overload = new Overload({ requests: 10, reservePercent: 20 });
    const sheds = Array.from({ length: 10 }, () => [overload.enter(), overload.shedsFunctions]);
    expect(sheds).toEqual([...Array.from({ length: 8 }, () => [true, false]), [true, true], [true, true]]);
    expect(overload.problems()).toEqual([
      "overloaded: 10 of 10 requests are in flight; those of functions get 503",
    ]);
    expect(overload.enter()).toBe(false);
    overload.leave();
    overload.leave();
    expect(overload.shedsFunctions).toBe(false);
    expect(overload.problems()).toEqual([]);
  });

  it.each([1, 5, 9])("leave none where there are only %d", (requests) => {
    const overload = new Overload({ requests, reservePercent: 10 });
    for (let i = 0; i < requests; i++) overload.enter();
    expect(overload.shedsFunctions).toBe(false);
  });
});

describe("memory", () => {
  const shedAt = (overload: Overload, share: number) => {
    const changed = overload.measured(memory(share));
    expect(overload.shedsCopies).toBe(overload.shed !== "nothing");
    return `${overload.shed}${changed ? "!" : ""}`;
  };

  it("sheds copies first, then what functions would answer, then everything", () => {
    const overload = new Overload({ requests: 10, reservePercent: 10 });
    expect([0.79, 0.8, 0.89, 0.9, 0.99, 1].map((share) => shedAt(overload, share))).toEqual([
      "nothing",
      "copies!",
      "copies",
      "functions!",
      "functions",
      "everything!",
    ]);
    expect(overload.enter()).toBe(false);
    expect(overload.problems()).toEqual([
      "overloaded: 100 % of heap is used; turned away: copies, functions, everything",
    ]);
  });

  it("takes a step back only well below it", () => {
    const overload = new Overload({ requests: 10, reservePercent: 10 });
    shedAt(overload, 1.5);
    expect([0.95, 0.9, 0.89, 0.8, 0.79, 0.7, 0.69].map((share) => shedAt(overload, share))).toEqual([
      "everything",
      "everything",
      "functions!",
      "functions",
      "copies!",
      "copies",
      "nothing!",
    ]);
    expect(overload.problems()).toEqual([]);
  });
});
