import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { agentFlags } from "../../../gateway/flags/agent.ts";
import { servedFlags } from "../../../gateway/flags/appconfig-document.ts";
import { appConfigFlags } from "../../../gateway/flags/appconfig.ts";
import type { FlagSnapshot, FlagSource } from "../../../gateway/flags/flag-source.ts";
import { deployedFlags, type DeployedFlags } from "../../support/deployed-flags.ts";
import { localAgent } from "../../support/local-agent.ts";

function read(features: object): FlagSnapshot {
  const flags = servedFlags(JSON.stringify(features));
  if (!flags.ok) throw new Error(flags.problems.join("\n"));
  return flags.snapshot;
}
const problemsOf = (features: object) => {
  const flags = servedFlags(JSON.stringify(features));
  return flags.ok ? "" : flags.problems.join("\n");
};
const flagOf = (feature: object) => read({ "get-order": feature }).routes.get("get-order");

describe("feature flags", () => {
  it.each([
    ["its stage", { stage: "shadow" }, { stage: "shadow", percent: 0 }],
    ["its canary's share", { stage: "canary", percent: 12.5 }, { stage: "canary", percent: 12.5 }],
    ["its own kill switch", { stage: "cutover", kill: true }, { stage: "cutover", killed: true }],
    ["a pause", { stage: "shadow", pause: true }, { stage: "shadow", paused: true }],
    ["an end", { stage: "shadow", until: "2027-01-31T12:00:00Z" }, { untilMs: Date.UTC(2027, 0, 31, 12) }],
    [
      "testers",
      { stage: "legacy", testers_function: ["anna"], testers_legacy: ["bob"] },
      {
        testers: new Map([
          ["anna", "function"],
          ["bob", "legacy"],
        ]),
      },
    ],
    ["who, why and when", { stage: "shadow", by: "ann", reason: "go" }, { stage: "shadow" }],
  ])("say of a route %s", (_, attributes, flag) => {
    expect(flagOf({ enabled: true, ...attributes })).toMatchObject(flag);
  });

  it("that are off mean legacy, whatever the stage was: AppConfig leaves the attributes out", () => {
    expect(flagOf({ enabled: false })).toEqual({ stage: "legacy", percent: 0 });
    expect(flagOf({ enabled: false, stage: "cutover" })).toEqual({ stage: "legacy", percent: 0 });
  });

  it("stop everything by kill_all, with whatever attributes", () => {
    expect(read({ kill_all: { enabled: false } }).killed).toBe(false);
    expect(read({ kill_all: { enabled: true, ticket: 7 } }).killed).toBe(true);
    expect(read({ kill_all: { enabled: true } }).routes.size).toBe(0);
  });

  it("have a version by what they say, in whatever order, and another one when they say something else", () => {
    const [a, b] = [{ enabled: true, stage: "canary", percent: 5 }, { enabled: false }];
    const { version } = read({ a, b });
    expect(version).toMatch(/^ff-[0-9a-f]{8}$/);
    expect(read({ b, a: { percent: 5, stage: "canary", enabled: true } }).version).toBe(version);
    expect(read({ a: { ...a, percent: 6 }, b }).version).not.toBe(version);
    expect(read({ a, b, kill_all: { enabled: true } }).version).not.toBe(version);
  });

  it.each([
    ["no stage", { enabled: true }, "get-order.stage: must name a stage"],
    ["an unknown stage", { enabled: true, stage: "canry" }, "get-order.stage: must name a stage"],
    ["101 %", { enabled: true, stage: "canary", percent: 101 }, "get-order.percent: must be 0–100"],
    [
      "a share of another stage",
      { enabled: true, stage: "cutover", percent: 5 },
      "get-order has unknown keys: percent",
    ],
    [
      "an unknown attribute",
      { enabled: true, stage: "shadow", colour: "red" },
      "get-order has unknown keys: colour",
    ],
    ["a rule as text", { enabled: true, stage: "shadow", rules: "[]" }, "get-order.rules"],
    [
      "a list of numbers for testers",
      { enabled: true, stage: "shadow", testers_function: [1] },
      "get-order.testers.function.0",
    ],
    [
      "a variant",
      { enabled: true, _variant: "beta", stage: "cutover" },
      "get-order: AppConfig has chosen one of its variants for this gateway",
    ],
  ])("are refused with %s", (_, feature, problem) => {
    expect(problemsOf({ "put-order": { enabled: false }, "get-order": feature })).toContain(problem);
  });

  it("are told from a flag document by their shape alone, which neither can have of the other", () => {
    expect(
      read({ version: { enabled: true, stage: "shadow" }, routes: { enabled: false } }).routes.size,
    ).toBe(2);
    expect(read({ version: 7, kill: true, routes: {} })).toMatchObject({ version: "7", killed: true });
    expect(problemsOf({})).toContain("version: must be an integer");
    expect(problemsOf({ version: 7, "get-order": { enabled: true } })).toContain("unknown keys: get-order");
  });

  it("are not as large as they like", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => [`r${i}`, { enabled: true, stage: "shadow" }]);
    expect(problemsOf(Object.fromEntries(many) as object)).toContain("at most 256 KiB");
  });
});

describe("a feature-flag profile of AppConfig", { timeout: 30_000 }, () => {
  const PLACE = { application: "shop", environment: "prod", profile: "features" };
  let deployed: DeployedFlags;
  let folder: string;
  let sources: FlagSource[];
  beforeEach(async () => {
    deployed = await deployedFlags();
    folder = await mkdtemp(join(tmpdir(), "features-"));
    sources = [];
    await deployed.addProfile("features", { Type: "AWS.AppConfig.FeatureFlags" });
  });
  afterEach(async () => {
    await Promise.all(sources.map((source) => source.stop()));
    await deployed.end();
    await rm(folder, { recursive: true });
  });

  /** Deploys them as the console does, in the form in which they are written. */
  function put(
    values: Record<string, { readonly enabled: boolean; readonly [attribute: string]: unknown }>,
  ): void {
    const definitions = Object.entries(values).map(([name, value]) => {
      const attributes = Object.keys(value).filter((key) => key !== "enabled");
      return [name, { name, attributes: Object.fromEntries(attributes.map((key) => [key, {}])) }];
    });
    const flags: unknown = Object.fromEntries(definitions);
    deployed.aws.configure("shop", "prod", "features", JSON.stringify({ version: "1", flags, values }));
  }
  const common = () => ({ ...PLACE, cacheFile: join(folder, "kept.json"), clock: systemClock });
  function source(endpoint = deployed.aws.url): FlagSource {
    sources.push(appConfigFlags({ region: "eu-central-1", endpoint, pollMs: 1_000, ...common() }));
    return sources.at(-1)!;
  }

  it("is read, followed, and kept for a start without AppConfig", async () => {
    put({ "get-order": { enabled: true, stage: "canary", percent: 25 } });
    const flags = source();
    await flags.start();
    expect(flags.current().routes.get("get-order")).toEqual({ stage: "canary", percent: 25 });
    expect(flags.health().fresh).toBe(true);

    put({ "get-order": { enabled: false, stage: "canary", percent: 25 }, kill_all: { enabled: true } });
    await vi.waitFor(() => expect(flags.current().killed).toBe(true), { timeout: 10_000 });
    expect(flags.current().routes.get("get-order")).toEqual({ stage: "legacy", percent: 0 });
    await vi.waitFor(async () =>
      expect(await readFile(join(folder, "kept.json"), "utf8")).toContain("kill_all"),
    );

    const later = source("http://127.0.0.1:1");
    await later.start();
    expect(later.current()).toEqual(flags.current());
  });

  it("is read from the agent, too", async () => {
    const agent = await localAgent();
    agent.serve('{"get-order": {"enabled": true, "stage": "shadow"}}');
    const flags = agentFlags({ url: agent.url, ...common() });
    await flags.start();
    expect(flags.current().routes.get("get-order")).toEqual({ stage: "shadow", percent: 0 });
    await flags.stop();
    await agent.end();
  });

  it("takes no flips, and says where they are made", async () => {
    put({ "get-order": { enabled: true, stage: "shadow" } });
    const flip = { routeId: "get-order", stage: "legacy", by: "ann", reason: "errors" } as const;
    expect(await deployed.writer({ profile: "features" }).apply(flip)).toEqual({
      made: false,
      why: "failed",
      message: expect.stringMatching(
        /^AppConfig shop\/prod\/features: .*console and deploy it, or move.*freeform/,
      ) as string,
    });
  });
});
