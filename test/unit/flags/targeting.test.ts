import { describe, expect, it } from "vitest";
import { decide } from "../../../gateway/flags/decide.ts";
import { parseFlags } from "../../../gateway/flags/document.ts";
import type { FlagSnapshot } from "../../../gateway/flags/flag-source.ts";
import { asking } from "../../support/asking.ts";
import { aRequest } from "../../support/requests.ts";
import { routeOf } from "../routes/route-of.ts";

const ROUTE = { ...routeOf("GET * /a/{id}"), id: "get-order", group: "checkout" };
const NOON = Date.UTC(2026, 10, 21, 12);

/** Flags with this one route flag, written as people write them. */
function flags(flag: object, more: object = {}): FlagSnapshot {
  const parsed = parseFlags(JSON.stringify({ version: 7, routes: { "get-order": flag }, ...more }));
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.snapshot;
}
const problemsOf = (flag: object) => {
  const parsed = parseFlags(JSON.stringify({ version: 7, routes: { "get-order": flag } }));
  return parsed.ok ? [] : parsed.problems;
};
const who = (headers: string[], more: Partial<Parameters<typeof asking>[1]> = {}) =>
  asking(null, {
    request: aRequest({ headers, host: "beta.example.com:8080" }),
    params: { id: "42" },
    ...more,
  });

describe("a rule", () => {
  const token = `Bearer e30.${Buffer.from('{"tenant":"acme","level":3}').toString("base64url")}.x`;
  const request = who(["X-Beta", "yes", "Cookie", "plan=gold; sid=1", "Authorization", token]);

  it.each([
    [{ of: "header:X-Beta", equals: "yes" }, true],
    [{ of: "header:x-beta", equals: "YES" }, false],
    [{ of: "header:x-other", equals: "" }, false],
    [{ of: "cookie:plan", in: ["silver", "gold"] }, true],
    [{ of: "cookie:plan", in: ["silver"] }, false],
    [{ of: "param:id", prefix: "4" }, true],
    [{ of: "claim:tenant", equals: "acme" }, true],
    [{ of: "claim:level", equals: "3" }, true],
    [{ of: "claim:nothing", equals: "" }, false],
    [{ of: "host", equals: "beta.example.com" }, true],
    [{ of: "address", range: ["10.0.0.0/8", "192.0.2.0/24"] }, true],
    [{ of: "address", range: ["10.0.0.0/8"] }, false],
  ])("%j", (condition, matches) => {
    const rule = { when: [condition], side: "function" };
    const { primary, reason } = decide(ROUTE, request, flags({ stage: "legacy", rules: [rule] }));
    expect([primary, reason]).toEqual(matches ? ["function", "rule"] : ["legacy", "stage-legacy"]);
  });

  it("needs all of its conditions", () => {
    const when = [
      { of: "header:x-beta", equals: "yes" },
      { of: "cookie:plan", equals: "silver" },
    ];
    const flag = { stage: "legacy", rules: [{ when, side: "function" }] };
    expect(decide(ROUTE, request, flags(flag)).reason).toBe("stage-legacy");
  });

  it("decides before the ones after it, and before the stage", () => {
    const when = [{ of: "header:x-beta", equals: "yes" }];
    const rules = [
      { when, side: "legacy" },
      { when, side: "function" },
    ];
    expect(decide(ROUTE, request, flags({ stage: "cutover", rules }))).toMatchObject({
      primary: "legacy",
      reason: "rule",
    });
  });

  it("may take a share, by the same buckets as a canary", () => {
    const rules = [{ when: [{ of: "host", prefix: "beta." }], percent: 50 }];
    const reasonOf = (key: string | null) =>
      decide(ROUTE, { ...request, key }, flags({ stage: "legacy", rules })).reason;
    expect([reasonOf("user-2"), reasonOf("user-1"), reasonOf(null)]).toEqual([
      "rule-in",
      "rule-out",
      "rule-no-key",
    ]);
  });

  it("counts until its time is over", () => {
    const rule = {
      when: [{ of: "header:x-beta", equals: "yes" }],
      side: "function",
      until: "2026-11-21T12:00:00Z",
    };
    const snapshot = flags({ stage: "legacy", rules: [rule] });
    expect(decide(ROUTE, { ...request, now: NOON - 1 }, snapshot).reason).toBe("rule");
    expect(decide(ROUTE, { ...request, now: NOON }, snapshot).reason).toBe("stage-legacy");
  });

  it("means nothing once legacy has let go of the route", () => {
    const rules = [{ when: [{ of: "header:x-beta", equals: "yes" }], side: "legacy" }];
    expect(decide(ROUTE, request, flags({ stage: "retired", rules })).reason).toBe("stage-retired");
  });

  it.each([
    [{ when: [], side: "function" }, "needs a condition"],
    [{ when: [{ of: "weather", equals: "x" }], side: "function" }, "must be header:NAME"],
    [{ when: [{ of: "host" }], side: "function" }, "exactly one of equals, in, prefix, range"],
    [{ when: [{ of: "host", equals: "a", prefix: "b" }], side: "function" }, "exactly one of"],
    [{ when: [{ of: "address", range: ["10.0.0.0/99"] }], side: "function" }, "no address"],
    [{ when: [{ of: "host", equals: "a" }] }, "either side or percent"],
    [{ when: [{ of: "host", equals: "a" }], side: "function", percent: 1 }, "either side or percent"],
  ])("that makes no sense is refused: %j", (rule, words) => {
    expect(problemsOf({ stage: "legacy", rules: [rule] }).join("\n")).toContain(words);
  });
});

describe("a tester", () => {
  const flag = { stage: "canary", percent: 0, testers: { function: ["anna"], legacy: ["bob"] } };

  it("has a side of their own, whatever the stage and the rules say", () => {
    const rules = [{ when: [{ of: "host", prefix: "shop" }], side: "legacy" }];
    expect(decide(ROUTE, asking("anna"), flags({ ...flag, rules }))).toMatchObject({
      primary: "function",
      reason: "tester",
    });
    expect(
      decide(ROUTE, asking("bob"), flags({ ...flag, stage: "cutover", percent: undefined })),
    ).toMatchObject({
      primary: "legacy",
      reason: "tester",
    });
    expect(decide(ROUTE, asking("carol"), flags(flag)).reason).toBe("canary-out");
  });

  it("stays on legacy when listed on both sides", () => {
    const both = { stage: "legacy", testers: { function: ["anna"], legacy: ["anna"] } };
    expect(decide(ROUTE, asking("anna"), flags(both)).primary).toBe("legacy");
  });
});

describe("a flag", () => {
  it("with its kill switch on sends all of the route to legacy, testers and retired included", () => {
    for (const stage of ["cutover", "retired"]) {
      const flag = { stage, kill: true, testers: { function: ["anna"] } };
      expect(decide(ROUTE, asking("anna"), flags(flag))).toMatchObject({
        primary: "legacy",
        reason: "route-killed",
      });
    }
  });

  it("that is paused mirrors nothing, and moves nobody", () => {
    expect(decide(ROUTE, asking(null), flags({ stage: "shadow", pause: true }))).toMatchObject({
      primary: "legacy",
      shadow: null,
      reason: "stage-shadow",
    });
    expect(decide(ROUTE, asking(null), flags({ stage: "cutover", pause: true })).primary).toBe("function");
  });

  it("that has expired leaves the route to routes.yaml, kill switch and testers included", () => {
    const flag = { stage: "cutover", kill: true, until: "2026-11-21T12:00:00Z" };
    expect(decide(ROUTE, asking(null, { now: NOON - 1 }), flags(flag)).reason).toBe("route-killed");
    expect(decide(ROUTE, asking(null, { now: NOON }), flags(flag)).reason).toBe("stage-legacy");
  });
});
