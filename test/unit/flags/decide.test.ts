import { gatesOf } from "../../../gateway/config/gate-schema.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { shadowSettings } from "../../../gateway/config/shadow-schema.ts";
import { describe, expect, it } from "vitest";
import { decide } from "../../../gateway/flags/decide.ts";
import { NO_FLAGS, type FlagSnapshot, type RouteFlag } from "../../../gateway/flags/flag-source.ts";
import { STAGES, type Route } from "../../../gateway/routes/route.ts";
import { asking } from "../../support/asking.ts";
import { lambdaTarget } from "../../support/targets.ts";

const ROUTE: Route = {
  id: "get-order",
  methods: ["GET"],
  host: null,
  pattern: { text: "/api/orders/{id}", segments: [] },
  function: lambdaTarget("get-order"),
  answerHeaders: [],
  group: "checkout",
  stage: "legacy",
  percent: 0,
  stickyBy: [],
  timeoutMs: 3000,
  repeatable: false,
  replaceServerErrors: true,
  breaker: { errorPercent: 50, slowCallMs: null, minimumCalls: 20, windowMs: 10_000, openMs: 5000 },
  shadow: shadowSettings(undefined, undefined),
  compare: DEFAULT_RULES,
  gate: gatesOf(undefined, undefined),
  line: 1,
};

function flags(flag: RouteFlag | null, killed = false): FlagSnapshot {
  return { version: "41", routes: new Map(flag === null ? [] : [[ROUTE.id, flag]]), killed };
}
const canary = (percent: number) => flags({ stage: "canary", percent });

describe("decide", () => {
  it.each([
    ["legacy", "legacy", null, "stage-legacy"],
    ["shadow", "legacy", "function", "stage-shadow"],
    ["cutover", "function", "legacy", "stage-cutover"],
    ["retired", "function", null, "stage-retired"],
  ] as const)("in stage %s lets %s answer and shadows %s", (stage, primary, shadow, reason) => {
    const decision = { primary, shadow, reason, stage, bucket: null, flagVersion: "41" };
    expect(decide(ROUTE, asking("user-1"), flags({ stage, percent: 0 }))).toEqual(decision);
  });

  it("leaves what matched no route to legacy, killed or not", () => {
    const decision = { primary: "legacy", shadow: null, reason: "unmatched", stage: "legacy", bucket: null };
    expect(decide(null, asking(null), NO_FLAGS)).toEqual({ ...decision, flagVersion: "none" });
    expect(decide(null, asking(null), flags(null, true))).toEqual({ ...decision, flagVersion: "41" });
  });

  it.each(STAGES)("leaves everything to legacy when killed, a route in stage %s too", (stage) => {
    expect(decide(ROUTE, asking("user-1"), flags({ stage, percent: 100 }, true))).toEqual({
      primary: "legacy",
      shadow: null,
      reason: "killed",
      stage,
      bucket: null,
      flagVersion: "41",
    });
  });

  it("keeps a route without a flag in the stage and at the percentage it is configured with", () => {
    const other = new Map<string, RouteFlag>([["put-order", { stage: "retired", percent: 0 }]]);
    const unrelated: FlagSnapshot = { version: "7", routes: other, killed: false };
    expect(decide(ROUTE, asking(null), unrelated).reason).toBe("stage-legacy");
    expect(decide({ ...ROUTE, stage: "cutover" }, asking(null), unrelated).reason).toBe("stage-cutover");
    expect(decide({ ...ROUTE, stage: "canary", percent: 100 }, asking(null), unrelated).reason).toBe(
      "canary-in",
    );
  });

  it("lets a flag win over the configuration, back to legacy too", () => {
    const decision = decide(
      { ...ROUTE, stage: "cutover" },
      asking(null),
      flags({ stage: "legacy", percent: 0 }),
    );
    expect(decision.reason).toBe("stage-legacy");
  });

  it("says where a canary's client falls", () => {
    expect(decide(ROUTE, asking("user-2"), canary(50))).toEqual({
      primary: "function",
      shadow: "legacy",
      reason: "canary-in",
      stage: "canary",
      bucket: 34_626,
      flagVersion: "41",
    });
    expect(decide(ROUTE, asking("user-1"), canary(50))).toMatchObject({
      primary: "legacy",
      shadow: "function",
      reason: "canary-out",
      bucket: 72_294,
    });
  });

  it.each(STAGES)("copies nothing of a route that is paused, in stage %s", (stage) => {
    const decision = decide(ROUTE, asking("user-2"), flags({ stage, percent: 50, paused: true }));
    expect(decision.shadow).toBeNull();
  });

  it("draws the line of a canary exactly", () => {
    expect(decide(ROUTE, asking("user-2"), canary(34.626)).reason).toBe("canary-out");
    expect(decide(ROUTE, asking("user-2"), canary(34.627)).reason).toBe("canary-in");
  });

  it("takes the first client at 0.001 % and leaves the last one out until 100 %", () => {
    const [first, last] = ["user-49238", "user-114520"];
    expect(decide(ROUTE, asking(first), canary(0)).reason).toBe("canary-out");
    expect(decide(ROUTE, asking(first), canary(0.001)).reason).toBe("canary-in");
    expect(decide(ROUTE, asking(last), canary(99.999)).reason).toBe("canary-out");
    expect(decide(ROUTE, asking(last), canary(100)).reason).toBe("canary-in");
  });

  it("leaves clients without a key to legacy in between, and takes them along at 100 %", () => {
    const noKey = { primary: "legacy", shadow: "function", reason: "canary-no-key", bucket: null };
    expect(decide(ROUTE, asking(null), canary(99.999))).toMatchObject(noKey);
    expect(decide(ROUTE, asking(null), canary(0)).primary).toBe("legacy");
    expect(decide(ROUTE, asking(null), canary(100))).toMatchObject({
      primary: "function",
      reason: "canary-in",
    });
  });

  it("only ever adds clients as the percentage rises", () => {
    const inAt = (percent: number) =>
      new Set(
        Array.from({ length: 2000 }, (_, n) => `user-${n}`).filter(
          (key) => decide(ROUTE, asking(key), canary(percent)).primary === "function",
        ),
      );
    let before = inAt(0);
    expect(before.size).toBe(0);
    for (const percent of [0.001, 0.5, 1, 1.001, 5, 10, 33.333, 50, 75, 99, 99.999, 100]) {
      const now = inAt(percent);
      expect([...before].filter((key) => !now.has(key))).toEqual([]);
      before = now;
    }
    expect(before.size).toBe(2000);
  });

  it("moves a client through all routes of a group together", () => {
    const sibling: Route = { ...ROUTE, id: "put-order" };
    const both: FlagSnapshot = {
      version: "42",
      routes: new Map([ROUTE, sibling].map(({ id }) => [id, { stage: "canary", percent: 30 }])),
      killed: false,
    };
    for (let n = 0; n < 200; n++) {
      expect(decide(sibling, asking(`user-${n}`), both)).toEqual(decide(ROUTE, asking(`user-${n}`), both));
    }
  });

  it("redraws the clients with another salt", () => {
    expect(decide(ROUTE, asking("user-1"), { ...canary(50), salt: "2027" }).bucket).toBe(97_318);
  });
});
