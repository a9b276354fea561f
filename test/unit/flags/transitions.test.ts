import { describe, expect, it } from "vitest";
import { flipRefusal, rungAbove, rungBelow } from "../../../gateway/flags/transitions.ts";
import { STAGES, type Stage } from "../../../gateway/routes/route.ts";

const to = (stage: Stage) => ({ stage, percent: stage === "canary" ? 5 : null });

describe("flipRefusal", () => {
  it("lets every flip down pass, by any number of rungs, and to where a route is already", () => {
    for (const [height, from] of STAGES.entries()) {
      for (const stage of STAGES.slice(0, height + 1)) expect(flipRefusal(from, to(stage))).toBeNull();
    }
  });

  it("lets one rung up pass", () => {
    for (const [height, stage] of STAGES.slice(1).entries()) {
      expect(flipRefusal(STAGES[height]!, to(stage))).toBeNull();
    }
  });

  it("refuses to skip a rung on the way up, and names the next one", () => {
    expect(flipRefusal("legacy", to("canary"))).toMatch(/flip it to shadow first/);
    expect(flipRefusal("legacy", to("cutover"))).toMatch(/flip it to shadow first/);
    expect(flipRefusal("shadow", to("cutover"))).toMatch(/flip it to canary first/);
  });

  it("skips rungs when forced", () => {
    expect(flipRefusal("legacy", to("canary"), { force: true })).toBeNull();
    expect(flipRefusal("shadow", to("cutover"), { force: true })).toBeNull();
  });

  it.each(["legacy", "shadow", "canary"] as const)("retires nothing that is in %s, forced or not", (from) => {
    expect(flipRefusal(from, to("retired"))).toMatch(/only a cutover can be retired/);
    expect(flipRefusal(from, to("retired"), { force: true })).toMatch(/only a cutover can be retired/);
  });

  it.each([0.001, 0.3, 1, 33.333, 99.999, 100])("takes a canary of %d %%", (percent) => {
    expect(flipRefusal("shadow", { stage: "canary", percent })).toBeNull();
  });

  it.each([
    [null, /needs a percentage/],
    [0, /above 0.*flip to shadow/],
    [-1, /above 0/],
    [100.001, /up to 100/],
    [Number.NaN, /above 0/],
    [Infinity, /up to 100/],
    [0.0005, /steps of 0\.001/],
  ])("refuses a canary of %d %%, forced or not", (percent, words) => {
    expect(flipRefusal("shadow", { stage: "canary", percent })).toMatch(words);
    expect(flipRefusal("cutover", { stage: "canary", percent }, { force: true })).toMatch(words);
  });

  it("refuses a percentage where none belongs", () => {
    expect(flipRefusal("canary", { stage: "cutover", percent: 50 })).toMatch(/takes no percentage/);
  });
});

describe("promote and rollback", () => {
  it("go one rung up or down, and nowhere from the ends", () => {
    expect(STAGES.map((stage) => rungAbove(stage, 5)?.stage)).toEqual([...STAGES.slice(1), undefined]);
    expect(STAGES.map((stage) => rungBelow(stage, 5)?.stage)).toEqual([undefined, ...STAGES.slice(0, -1)]);
  });

  it("use the percentage for canaries only", () => {
    expect(rungAbove("shadow", 5)).toEqual({ stage: "canary", percent: 5 });
    // Kept, so that it is refused: whoever asks for 5 % must never get everybody.
    expect(flipRefusal("canary", rungAbove("canary", 5)!)).toContain("takes no percentage");
    expect(flipRefusal("canary", rungAbove("canary", null)!)).toBeNull();
    expect(rungBelow("cutover", 5)).toEqual({ stage: "canary", percent: 5 });
    expect(rungBelow("canary", 5)).toEqual({ stage: "shadow", percent: null });
  });

  it("never refuse a rollback: a cutover without a percentage goes back to shadow", () => {
    for (const stage of STAGES.slice(1)) {
      expect(flipRefusal(stage, rungBelow(stage, null)!)).toBeNull();
    }
    expect(rungBelow("cutover", null)).toEqual({ stage: "shadow", percent: null });
  });
});
