import { gatesOf } from "../../../gateway/config/gate-schema.ts";
import { DEFAULT_RULES } from "../../../gateway/diff/rules.ts";
import { shadowSettings } from "../../../gateway/config/shadow-schema.ts";
import { OpenFeature, ProviderEvents, type Client, type EvaluationContext } from "@openfeature/server-sdk";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decide } from "../../../gateway/flags/decide.ts";
import { parseFlags } from "../../../gateway/flags/document.ts";
import type { FlagSnapshot } from "../../../gateway/flags/flag-source.ts";
import { banyanProvider } from "../../../gateway/openfeature/provider.ts";
import type { Route } from "../../../gateway/routes/route.ts";
import { asking } from "../../support/asking.ts";
import { fixedFlags, type FixedFlags } from "../../support/fixed-flags.ts";
import { lambdaTarget } from "../../support/targets.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
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
/** It has no flag. */
const UNFLAGGED: Route = { ...ROUTE, id: "put-order", stage: "cutover" };
const ROUTES = new Map([ROUTE, UNFLAGGED].map((route) => [route.id, route]));

let flags: FixedFlags;
let client: Client;
let listeners: Set<() => void>;

beforeEach(async () => {
  flags = fixedFlags();
  await flags.start();
  listeners = new Set();
  const provider = banyanProvider({
    flags,
    routeOf: (id) => ROUTES.get(id),
    clock: { now: () => NOW },
    onChange: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  });
  await OpenFeature.setProviderAndWait("banyan", provider);
  client = OpenFeature.getClient("banyan");
});
afterEach(async () => {
  client.clearHooks();
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
});

function published(flag: object, more: object = {}): FlagSnapshot {
  const parsed = parseFlags(JSON.stringify({ version: 41, ...more, routes: { "get-order": flag } }));
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  flags.set(parsed.snapshot);
  return parsed.snapshot;
}

const someone = { targetingKey: "user-1" };

describe("Banyan as an OpenFeature provider", () => {
  it("says by a boolean whether the function answers, and why", async () => {
    published({ stage: "canary", percent: 50 });
    expect(await client.getBooleanDetails("get-order", false, { targetingKey: "user-2" })).toEqual({
      flagKey: "get-order",
      value: true,
      variant: "function",
      reason: "SPLIT",
      flagMetadata: { flagVersion: "41", stage: "canary", decision: "canary-in", bucket: 34_626 },
    });
    expect(await client.getBooleanDetails("get-order", true, { targetingKey: "user-1" })).toMatchObject({
      value: false,
      variant: "legacy",
      reason: "SPLIT",
      flagMetadata: { decision: "canary-out", bucket: 72_294 },
    });
  });

  it("says by a string which side answers, and by an object all of the decision", async () => {
    const snapshot = published({ stage: "shadow" });
    expect(await client.getStringValue("get-order", "?", someone)).toBe("legacy");
    expect(await client.getObjectValue("get-order", {}, someone)).toEqual(
      decide(ROUTE, asking("user-1"), snapshot),
    );
  });

  it.each([
    ["legacy", { stage: "legacy" }, 0],
    ["shadow", { stage: "shadow" }, 0],
    ["canary", { stage: "canary", percent: 12.345 }, 12.345],
    ["cutover", { stage: "cutover" }, 100],
    ["retired", { stage: "retired" }, 100],
  ])("says that a route is in stage %s, and which share that is", async (stage, flag, percent) => {
    published(flag);
    expect(await client.getStringDetails("get-order.stage", "?", someone)).toMatchObject({
      value: stage,
      variant: stage,
      reason: "STATIC",
      flagMetadata: { flagVersion: "41", stage },
    });
    expect(await client.getNumberDetails("get-order.percent", -1, someone)).toMatchObject({
      value: percent,
      variant: stage,
      reason: "STATIC",
    });
  });

  it("decides as the gateway does, for 10,000 keys", async () => {
    for (const percent of [0.001, 12.5, 50]) {
      const snapshot = published({ stage: "canary", percent }, { salt: "2027" });
      const differing: string[] = [];
      for (let n = 0; n < 10_000; n++) {
        const key = `user-${n}-ü`;
        const { primary, bucket } = decide(ROUTE, asking(key), snapshot);
        const { value, flagMetadata } = await client.getStringDetails("get-order", "?", {
          targetingKey: key,
        });
        if (value !== primary || flagMetadata["bucket"] !== bucket) differing.push(key);
      }
      expect(differing).toEqual([]);
    }
  });
});

describe("the reason", () => {
  const RULES = [{ when: [{ of: "header:x-beta", equals: "yes" }], side: "function" }];
  const SHARED = [{ when: [{ of: "host", equals: "shop" }], percent: 50 }];
  it.each<[string, object, EvaluationContext, [boolean, string, string]]>([
    ["a stage", { stage: "cutover" }, {}, [true, "STATIC", "stage-cutover"]],
    ["a canary", { stage: "canary", percent: 50 }, someone, [false, "SPLIT", "canary-out"]],
    ["nobody known", { stage: "canary", percent: 50 }, {}, [false, "DEFAULT", "canary-no-key"]],
    [
      "an empty key",
      { stage: "canary", percent: 50 },
      { targetingKey: "" },
      [false, "DEFAULT", "canary-no-key"],
    ],
    [
      "a tester",
      { stage: "legacy", testers: { function: ["user-1"] } },
      someone,
      [true, "TARGETING_MATCH", "tester"],
    ],
    [
      "a rule",
      { stage: "legacy", rules: RULES },
      { "header:X-Beta": "yes" },
      [true, "TARGETING_MATCH", "rule"],
    ],
    [
      "a share",
      { stage: "legacy", rules: SHARED },
      { ...someone, host: "shop" },
      [false, "SPLIT", "rule-out"],
    ],
    [
      "no key for one",
      { stage: "legacy", rules: SHARED },
      { host: "shop" },
      [false, "DEFAULT", "rule-no-key"],
    ],
    ["its kill switch", { stage: "cutover", kill: true }, someone, [false, "DISABLED", "route-killed"]],
  ])("for %s", async (_, flag, context, [value, reason, decision]) => {
    published(flag);
    expect(await client.getBooleanDetails("get-order", !value, context)).toMatchObject({
      value,
      reason,
      flagMetadata: { decision },
    });
  });

  it("is DEFAULT for what routes.yaml says and no flag does", async () => {
    published({ stage: "shadow" });
    const expected = { reason: "DEFAULT", flagMetadata: { flagVersion: "41", stage: "cutover" } };
    expect(await client.getBooleanDetails("put-order", false)).toMatchObject({ value: true, ...expected });
    expect(await client.getStringDetails("put-order.stage", "?")).toMatchObject({
      value: "cutover",
      ...expected,
    });
    published({ stage: "cutover", until: "2026-11-21T12:00:00Z" });
    expect(await client.getBooleanDetails("get-order", true)).toMatchObject({
      value: false,
      reason: "DEFAULT",
    });
  });

  it("is DISABLED for everything once killed, and the share is nothing", async () => {
    published({ stage: "cutover" }, { kill: true });
    expect(await client.getBooleanDetails("get-order", true)).toMatchObject({
      value: false,
      reason: "DISABLED",
    });
    expect(await client.getNumberDetails("get-order.percent", 9)).toMatchObject({
      value: 0,
      reason: "DISABLED",
    });
    expect(await client.getStringDetails("get-order.stage", "?")).toMatchObject({
      value: "cutover",
      reason: "DISABLED",
    });
  });
});

describe("a context", () => {
  it.each([
    ["header:x-name", "Zoë"],
    ["cookie:plan", "gold=1"],
    ["query:u", "a&b=c +ü"],
    ["param:id", "7"],
    ["param:constructor", "own"],
    ["claim:tenant", "acme"],
    ["address", "10.1.2.3"],
    ["host", "shop.example.com"],
  ])("speaks of %s as rules do", async (of, value) => {
    published({ stage: "legacy", rules: [{ when: [{ of, prefix: value }], side: "function" }] });
    expect(await client.getBooleanValue("get-order", false, { [of]: value })).toBe(true);
    expect(await client.getBooleanValue("get-order", true, { [of]: `!${value}` })).toBe(false);
    expect(await client.getBooleanValue("get-order", true, {})).toBe(false);
  });

  it("may hold numbers and booleans, and what means nothing here", async () => {
    const rules = [
      {
        when: [
          { of: "claim:age", equals: "7" },
          { of: "header:x-on", equals: "true" },
        ],
        side: "function",
      },
    ];
    published({ stage: "legacy", rules });
    const context = {
      "claim:age": 7,
      "header:x-on": true,
      "header:x-list": ["a"],
      plan: "gold",
      at: new Date(0),
    };
    expect(await client.getBooleanValue("get-order", false, context)).toBe(true);
  });
});

describe("asking for what is not there", () => {
  it.each(["", "get-orders", "get-order.", "get-order.shadow", "get-order.stage.percent", ".stage"])(
    "gives the default for %j, and says that there is no such flag",
    async (key) => {
      published({ stage: "cutover" });
      const details = await client.getStringDetails(key, "mine");
      expect(details).toMatchObject({ value: "mine", reason: "ERROR", errorCode: "FLAG_NOT_FOUND" });
      expect(details.errorMessage).toContain("name a route of routes.yaml");
    },
  );

  it("gives the default for a wrong type, and says which there is", async () => {
    published({ stage: "cutover" });
    const mismatch = { reason: "ERROR", errorCode: "TYPE_MISMATCH" };
    expect(await client.getNumberDetails("get-order", 9)).toMatchObject({
      value: 9,
      ...mismatch,
      errorMessage: "get-order is no number: ask for boolean, string, object",
    });
    expect(await client.getBooleanDetails("get-order.stage", false)).toMatchObject({
      value: false,
      ...mismatch,
    });
    expect(await client.getStringDetails("get-order.percent", "x")).toMatchObject({
      value: "x",
      ...mismatch,
    });
    expect(await client.getObjectDetails("get-order.stage", { mine: 1 })).toMatchObject({
      value: { mine: 1 },
      ...mismatch,
    });
  });
});

describe("a change of the flags", () => {
  it("is told to whoever listens, who then sees the new flags", async () => {
    published({ stage: "legacy" });
    const seen: boolean[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, async () => {
      seen.push(await client.getBooleanValue("get-order", false));
    });
    expect(await client.getBooleanValue("get-order", true)).toBe(false);
    published({ stage: "cutover" });
    for (const changed of listeners) changed();
    await vi.waitFor(() => expect(seen).toEqual([true]));
  });

  it("is listened to once, and no more when the provider is closed", async () => {
    expect(listeners.size).toBe(1);
    await OpenFeature.clearProviders();
    expect(listeners.size).toBe(0);
  });
});
