import { describe, expect, it } from "vitest";
import type { RouteStatus } from "../../../gateway/admin/status-contract.ts";
import type { Assessment, Check } from "../../../gateway/evidence/assessment.ts";
import { counters } from "../../../gateway/telemetry/counters.ts";
import { pointOf } from "../../../page/live/traffic-history.ts";
import { filtered, ordered } from "../../../page/routes/ordering.ts";
import { standingOf } from "../../../page/routes/standing.ts";

const IDLE = counters({ now: () => 0, elapsed: () => 0 }).of(null);

function route(more: Partial<RouteStatus> = {}): RouteStatus {
  const plain: RouteStatus = {
    id: "get-order",
    match: "GET /api/orders/{id}",
    function: "get-order:live",
    group: "checkout",
    stage: "shadow",
    percent: null,
    stageFrom: "flag",
    killed: false,
    paused: false,
    until: null,
    rules: 0,
    testers: 0,
    breakers: { legacy: "closed", function: "closed", copies: "closed" },
    traffic: { ...IDLE },
    cost: null,
  };
  return { ...plain, ...more };
}

function compared(match: number, mismatch: number): RouteStatus["traffic"] {
  return { ...IDLE, shadow: { compared: { match, mismatch }, dropped: {} } };
}

function check(name: Check["name"], verdict: Check["verdict"], needed: number | null = null): Check {
  return { name, verdict, says: "", measured: null, needed, next: null };
}

function assessment(verdict: Assessment["verdict"], pairs: number, checks: readonly Check[]): Assessment {
  const nothing = { findings: [], key: null, rejudged: 0, firstAt: null, lastAt: null, next: "" };
  return {
    route: "get-order",
    from: { stage: "shadow", percent: null },
    to: "canary",
    verdict,
    pairs,
    checks,
    ...nothing,
  };
}

describe("what to know first of a route", () => {
  it.each<[string, RouteStatus, Assessment | null, string, string]>([
    ["its kill switch", route({ killed: true }), null, "bad", "stopped: all on legacy"],
    [
      "an open breaker, whatever the evidence",
      route({ breakers: { legacy: "closed", function: "open", copies: "closed" } }),
      assessment("yes", 9, []),
      "bad",
      "the function’s breaker is open",
    ],
    ["a pause", route({ paused: true }), null, "warn", "paused"],
    ["what may go on", route(), assessment("yes", 900, []), "ready", "ready for canary"],
    [
      "what holds it back",
      route(),
      assessment("no", 900, [check("fields", "no")]),
      "bad",
      "held back: fields",
    ],
    [
      "how far it is",
      route(),
      assessment("unknown", 14, [check("pairs", "unknown", 200)]),
      "calm",
      "collecting: 14 of 200",
    ],
    ["that nothing is known", route(), assessment("unknown", 0, []), "calm", "no evidence yet"],
    [
      "that much differs, even before it is sure",
      route({ traffic: compared(1, 1) }),
      assessment("unknown", 2, [check("mismatches", "unknown", 0.01)]),
      "warn",
      "50 % differ so far",
    ],
    [
      "differences while nobody judged",
      route({ traffic: compared(3, 1) }),
      null,
      "warn",
      "25 % of answers differ",
    ],
    ["that it has not begun", route({ stage: "legacy" }), null, "idle", "not begun"],
    [
      "fallbacks of what clients were moved to",
      route({ stage: "canary", percent: 5, traffic: { ...IDLE, fallbacks: { timeout: 2 } } }),
      null,
      "warn",
      "legacy stood in 2×",
    ],
  ])("says %s", (_name, one, judged, tone, says) => expect(standingOf(one, judged)).toEqual({ tone, says }));
});

describe("the list", () => {
  const routes = [route({ id: "b" }), route({ id: "a", stage: "legacy" }), route({ id: "c", killed: true })];

  it("shows what needs somebody first, and names among equals", () => {
    const listed = [...routes, route({ id: "aa" })].map((one) => ({
      route: one,
      standing: standingOf(one, null),
    }));
    expect(ordered(listed, "attention").map((one) => one.route.id)).toEqual(["c", "aa", "b", "a"]);
    expect(ordered(listed, "name").map((one) => one.route.id)).toEqual(["a", "aa", "b", "c"]);
  });

  it("finds routes by words of whatever is shown, and by stage", () => {
    expect(filtered(routes, "ORDERS check", null)).toHaveLength(3);
    expect(filtered(routes, "orders nothing", null)).toEqual([]);
    expect(filtered(routes, "", "legacy").map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("a chart's next point", () => {
  const at = (legacy: number, traffic = IDLE) =>
    route({ traffic: { ...traffic, answeredBy: { legacy, function: 0, gateway: 0 } } });

  it("is what lies between two readings", () => {
    expect(pointOf(at(130), at(100), 0, 30)).toMatchObject({ legacyPerMinute: 60, functionPerMinute: 0 });
    expect(
      pointOf(route({ traffic: compared(10, 5) }), route({ traffic: compared(7, 4) }), 0, 1).mismatchPercent,
    ).toBe(25);
  });

  it("knows no rate at first, and begins anew with the gateway", () => {
    expect(pointOf(at(100), null, 0, 0).legacyPerMinute).toBeNull();
    expect(pointOf(at(5), at(100), 0, 60).legacyPerMinute).toBe(5);
  });
});
