import {
  CreateDeploymentStrategyCommand,
  CreateHostedConfigurationVersionCommand,
  GetDeploymentCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  StartDeploymentCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-appconfig";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FlagChange, FlipResult } from "../../../gateway/flags/writer.ts";
import { deployedFlags, type DeployedFlags } from "../../support/deployed-flags.ts";
import { gate, type Gate } from "../../support/gate.ts";

const SIGNED = { by: "ann", reason: "evidence is in" };
const FLIP = { routeId: "get-order", stage: "shadow", ...SIGNED } as const;
const OTHER = { routeId: "put-order", stage: "shadow", by: "bob", reason: "a hunch" } as const;
const KILL = { kill: true, by: "eve", reason: "it burns" } as const;

let flags: DeployedFlags;
let gates: Gate[];
beforeEach(async () => {
  gates = [];
  flags = await deployedFlags();
  flags.put('{"version": 7}');
});
afterEach(async () => {
  await flags.end();
  await Promise.all(gates.map((gate) => gate.close()));
});

const inUse = async () => JSON.parse((await flags.inUse()) ?? "null") as Record<string, unknown>;
const apply = (change: FlagChange) => flags.writer().apply(change);
const messageOf = (result: FlipResult) => (result.made ? "" : result.message);
const hold = (state: "VALIDATING" | "DEPLOYING" | "BAKING" | "ROLLING_BACK" | null) =>
  flags.aws.disturbDeployments({ hold: state });

async function gated() {
  const made = await gate(flags.aws.url);
  gates.push(made);
  return made;
}

async function deployments() {
  const { Items = [] } = await flags.client.send(new ListDeploymentsCommand(flags.ids));
  return Items;
}
async function stored() {
  const { Items = [] } = await flags.client.send(new ListHostedConfigurationVersionsCommand(flags.ids));
  return Items;
}
const comesTo = (state: string) =>
  vi.waitFor(async () => expect((await deployments())[0]?.State).toBe(state), { timeout: 10_000 });

/** Somebody stores a version in the console. */
async function store(content: string, more: object = {}): Promise<number> {
  const version = { ...flags.ids, Content: Buffer.from(content), ContentType: "application/json", ...more };
  return (await flags.client.send(new CreateHostedConfigurationVersionCommand(version))).VersionNumber ?? 0;
}
/** Somebody deploys one there. */
async function deploy(version: number, more: object = {}) {
  const DeploymentStrategyId = "AppConfig.AllAtOnce";
  const wanted = { ...flags.ids, DeploymentStrategyId, ConfigurationVersion: String(version), ...more };
  return (await flags.client.send(new StartDeploymentCommand(wanted))).DeploymentNumber ?? 0;
}

describe("a flip through AppConfig", () => {
  it("is stored and deployed under the name of who made it, in what AppConfig takes", async () => {
    await apply({ ...FLIP, by: "José Ñandú", reason: `größer\n${"é".repeat(1500)}` });
    const [version] = await stored();
    expect(version).toMatchObject({
      VersionNumber: 2,
      VersionLabel: expect.stringMatching(/^v8-/) as string,
    });
    expect(version?.Description).toMatch(/^Jose Nandu: gro\?er e{1000}/);
    expect(version?.Description).toHaveLength(1024);
    const deployment = await flags.client.send(
      new GetDeploymentCommand({ ...flags.ids, DeploymentNumber: 2 }),
    );
    expect(deployment.Description).toMatch(/^José Ñandú: größer\né{1000}/);
    expect(deployment).toMatchObject({
      ConfigurationVersion: "2",
      DeploymentStrategyId: "AppConfig.AllAtOnce",
    });
  });

  it("keeps the content type", async () => {
    flags.put("version: 7 # seven", "application/x-yaml");
    await apply(FLIP);
    expect((await stored())[0]).toMatchObject({ ContentType: "application/x-yaml" });
  });

  it("is in use while it bakes, and says until when and what that means", async () => {
    hold("BAKING");
    const result = await apply(FLIP);
    expect(result).toMatchObject({ made: true, version: "8", previousVersion: "7" });
    expect(result.made && result.notes).toEqual([
      expect.stringMatching(/^in use, but deployment 2 is baking until 20/),
    ]);
    expect(await inUse()).toMatchObject({ version: 8 });
  });

  it.each(["VALIDATING", "DEPLOYING"] as const)("waits while it is %s", async (state) => {
    hold(state);
    const flip = apply(FLIP);
    await comesTo(state);
    hold(null);
    expect(await flip).toEqual({ made: true, version: "8", previousVersion: "7" });
  });

  it("says how far it is when a gradual strategy takes longer than anybody waits", async () => {
    hold("DEPLOYING");
    const result = await flags
      .writer({ timeoutMs: 30, strategy: "AppConfig.Linear20PercentEvery6Minutes" })
      .apply(FLIP);
    expect(result.made && result.notes).toEqual([
      "deployment 2 (ann: evidence is in) is still under way, with 100 % of the gateways",
    ]);
  });

  it("does not pretend to know what becomes of one that is validated for too long", async () => {
    hold("VALIDATING");
    const result = await flags.writer({ timeoutMs: 30 }).apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(
      /deployment 2 was started, but nobody knows yet.*not through within 30 ms.*look/,
    );
  });

  it("is not made when an alarm rolls it back", async () => {
    hold("DEPLOYING");
    const flip = apply(FLIP);
    await comesTo("DEPLOYING");
    flags.aws.disturbDeployments({ alarm: true, hold: null });
    const result = await flip;
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(
      /deployment 2 was rolled back by an alarm \(arn:aws:cloudwatch:.*repeat this/,
    );
    expect(await inUse()).toEqual({ version: 7 });
  });

  it("is not made when it is still being rolled back after all the time there was", async () => {
    hold("DEPLOYING");
    const flip = flags.writer({ timeoutMs: 300 }).apply(FLIP);
    await comesTo("DEPLOYING");
    flags.aws.disturbDeployments({ alarm: true, hold: "ROLLING_BACK" });
    expect(messageOf(await flip)).toMatch(/rolled back by an alarm/);
  });

  it("is not made when somebody stops it", async () => {
    hold("DEPLOYING");
    const flip = apply(FLIP);
    await comesTo("DEPLOYING");
    await flags.client.send(new StopDeploymentCommand({ ...flags.ids, DeploymentNumber: 2 }));
    expect(messageOf(await flip)).toMatch(/deployment 2 was rolled back by somebody \(Deployment stopped\)/);
  });

  it("gives up when the gateway stops", async () => {
    hold("VALIDATING");
    const writer = flags.writer();
    const flip = writer.apply(FLIP);
    await comesTo("VALIDATING");
    writer.close();
    const result = await flip;
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(/deployment 2 was started.*this gateway is stopping; look at it/);
  });

  it("uses a strategy of one's own by name, such as one without bake time", async () => {
    await flags.client.send(
      new CreateDeploymentStrategyCommand({
        Name: "at once",
        DeploymentDurationInMinutes: 0,
        GrowthFactor: 100,
      }),
    );
    await flags.writer({ strategy: "at once" }).apply(FLIP);
    expect((await deployments())[0]).toMatchObject({ FinalBakeTimeInMinutes: 0, State: "COMPLETE" });
    const result = await flags.writer({ strategy: "slowly" }).apply(FLIP);
    expect(messageOf(result)).toMatch(/no deployment strategy slowly; those there are: .*at once/);
  });
});

describe("a flip of what is deployed", () => {
  it("leaves out what was stored but never deployed, says so, and uses its version for nothing else", async () => {
    await store('{"version": 8, "kill": true}', { Description: "bob: a draft" });
    const result = await apply(FLIP);
    expect(result).toMatchObject({ made: true, version: "9", previousVersion: "7" });
    expect(result.made && result.notes).toEqual([
      expect.stringMatching(/^stored version 2 \(bob: a draft\) was not in use/),
    ]);
    expect(await inUse()).toMatchObject({
      version: 9,
      routes: { "get-order": { stage: "shadow" } },
    });
    expect(await inUse()).not.toHaveProperty("kill");
  });

  it.each([Buffer.from([0xff, 0xfe]), Buffer.from("{"), Buffer.alloc(300_000, " ")])(
    "does not mind a draft that is no flags",
    async (draft) => {
      await store("", { Content: draft });
      expect(await apply(FLIP)).toMatchObject({ made: true, version: "8" });
    },
  );

  it("takes nothing for deployed that is only stored", async () => {
    await flags.end();
    flags = await deployedFlags();
    await store('{"version": 3}');
    expect(await apply(FLIP)).toMatchObject({ made: true, version: "4", previousVersion: "none" });
  });

  it("follows on what was in use before when the newest deployment was rolled back or reverted", async () => {
    hold("BAKING");
    await apply(FLIP);
    flags.aws.disturbDeployments({ alarm: true, hold: null });
    const afterAlarm = await apply(OTHER);
    expect(afterAlarm).toMatchObject({ made: true, version: "9", previousVersion: "7" });
    const revert = { ...flags.ids, DeploymentNumber: 3, AllowRevert: true };
    await flags.client.send(new StopDeploymentCommand(revert));
    expect(await apply(FLIP)).toMatchObject({ made: true, version: "10", previousVersion: "7" });
    expect(await inUse()).toMatchObject({ routes: { "get-order": { stage: "shadow" } } });
    expect((await inUse())["routes"]).not.toHaveProperty("put-order");
  });

  it("leaves nothing behind that the next one takes up when it gets no further than storing", async () => {
    flags.aws.disturbDeployments({
      failCall: { call: "StartDeployment", status: 403, type: "AccessDeniedException" },
    });
    expect(await apply(FLIP)).toMatchObject({ made: false, why: "failed" });
    expect(await inUse()).toEqual({ version: 7 });
    expect(await apply(OTHER)).toMatchObject({ made: true, version: "9", previousVersion: "7" });
    expect((await inUse())["routes"]).toEqual({
      "put-order": expect.objectContaining({ stage: "shadow" }) as object,
    });
  });

  it("refuses what is deployed and not valid, in whatever bytes", async () => {
    await deploy(await store("", { Content: Buffer.from([0xff]) }));
    const result = await apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "invalid" });
    expect(messageOf(result)).toMatch(/what deployment 2 brought \(stored version 2\).*no UTF-8 text/s);
  });

  it("reads on when many deployments of others are newer", async () => {
    await flags.addProfile("theirs");
    for (let index = 0; index < 60; index++) flags.aws.configure("shop", "prod", "theirs", "{}");
    expect(await apply(FLIP)).toEqual({ made: true, version: "8", previousVersion: "7" });
  });

  it.each([false, true])(
    "finds the newest of many stored versions, listed oldest first: %j",
    async (oldestFirst) => {
      flags.aws.disturbDeployments({ oldestFirst });
      for (let version = 8; version < 68; version++) await store(`{"version": ${version}}`);
      expect(await apply(FLIP)).toMatchObject({ made: true, version: "68", previousVersion: "7" });
    },
  );
});

describe("a flip while somebody else makes another", () => {
  it("waits its turn while a deployment is in progress: says whose, in which state, and what to do, and stores nothing", async () => {
    hold("BAKING");
    await apply(FLIP);
    const result = await apply(OTHER);
    expect(result).toMatchObject({ made: false, why: "busy" });
    expect(messageOf(result)).toMatch(
      /deployment 2 \(ann: evidence is in\) is BAKING until 20.*repeat this when it is through; a deployment strategy without bake time.*\n.*aws appconfig stop-deployment --application-id \w+ --environment-id \w+ --deployment-number 2/,
    );
    expect(await stored()).toHaveLength(2);
  });

  it("names the profile when the deployment in progress is not of the flags", async () => {
    hold("DEPLOYING");
    const theirs = { ConfigurationProfileId: await flags.addProfile("theirs") };
    await deploy(await store("{}", theirs), { ...theirs, Description: "carl" });
    expect(messageOf(await apply(FLIP))).toMatch(/deployment 2 of theirs \(carl\) is DEPLOYING/);
  });

  it("is refused, with the name of who was first, when another version is stored in between", async () => {
    const slow = await gated();
    const held = slow.hold(/^POST .*hostedconfigurationversions/);
    const flip = flags.writer({ endpoint: slow.url }).apply(FLIP);
    const letGo = await held;
    await apply(OTHER);
    letGo();
    const result = await flip;
    expect(result).toMatchObject({ made: false, why: "conflict" });
    expect(messageOf(result)).toMatch(/stored version 2 \(bob: a hunch\) came in between/);
    expect(await inUse()).toMatchObject({ version: 8, routes: { "put-order": { stage: "shadow" } } });
  });

  it("is refused when another one is deployed and through between storing and deploying, and undoes nothing", async () => {
    const slow = await gated();
    const held = slow.hold(/^POST .*\/deployments$/);
    const flip = flags.writer({ endpoint: slow.url }).apply(FLIP);
    const letGo = await held;
    expect(await apply(OTHER)).toMatchObject({ made: true, version: "9" });
    letGo();
    const result = await flip;
    expect(result).toMatchObject({ made: false, why: "conflict" });
    expect(messageOf(result)).toMatch(/deployment 2 \(bob: a hunch\) came in between/);
    expect((await inUse())["routes"]).toEqual({
      "put-order": expect.objectContaining({ by: "bob" }) as object,
    });
  });

  it("gives way to another one when both are the first", async () => {
    await flags.end();
    flags = await deployedFlags();
    const slow = await gated();
    const held = slow.hold(/^POST .*\/deployments$/);
    const flip = flags.writer({ endpoint: slow.url }).apply(FLIP);
    const letGo = await held;
    expect(await apply(OTHER)).toMatchObject({ made: true });
    letGo();
    const result = await flip;
    expect(result).toMatchObject({ made: false, why: "conflict" });
    expect(messageOf(result)).toMatch(/deployment 1 \(bob: a hunch\) came in between/);
    expect((await inUse())["routes"]).toEqual({
      "put-order": expect.objectContaining({ by: "bob" }) as object,
    });
  });

  it("says so when it cannot be taken back", async () => {
    await flags.end();
    flags = await deployedFlags();
    const slow = await gated();
    const held = slow.hold(/^POST .*\/deployments$/);
    const flip = flags.writer({ endpoint: slow.url }).apply(FLIP);
    const letGo = await held;
    await apply(OTHER);
    flags.aws.disturbDeployments({
      failCall: { call: "StopDeployment", status: 403, type: "AccessDeniedException" },
    });
    letGo();
    const result = await flip;
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(
      /deployment 2 is without what deployment 1 brought.*StopDeployment.*repeat this/,
    );
  });

  it("is told to wait when another one is on its way between storing and deploying", async () => {
    const slow = await gated();
    const held = slow.hold(/^POST .*\/deployments$/);
    const flip = flags.writer({ endpoint: slow.url }).apply(FLIP);
    const letGo = await held;
    hold("BAKING");
    await apply(OTHER);
    letGo();
    expect(await flip).toMatchObject({ made: false, why: "busy" });
  });
});

describe("a kill switch through AppConfig", () => {
  const carried =
    "deployment 2 (ann: evidence is in) was stopped to let this through; its change is part of this one";
  const theirsInTheWay = async () => {
    const theirs = { ConfigurationProfileId: await flags.addProfile("theirs") };
    await deploy(await store("{}", theirs), { ...theirs, Description: "carl" });
  };

  it.each(["VALIDATING", "DEPLOYING", "BAKING"] as const)(
    "stops a deployment that is %s, and carries its change on",
    async (state) => {
      hold(state);
      const flip = flags.writer({ timeoutMs: 500 }).apply(FLIP);
      await comesTo(state);
      const kill = apply(KILL);
      await vi.waitFor(async () => expect(await deployments()).toHaveLength(3));
      hold(null);
      const result = await kill;
      expect(result).toMatchObject({ made: true, version: "9", previousVersion: "8" });
      expect(result.made && result.notes).toContain(carried);
      expect((await deployments()).map(({ State }) => State)).toEqual([
        "COMPLETE",
        "ROLLED_BACK",
        "COMPLETE",
      ]);
      expect(await inUse()).toMatchObject({ kill: true, routes: { "get-order": { stage: "shadow" } } });
      await flip;
    },
  );

  it("is as urgent for one route as for all", async () => {
    hold("BAKING");
    await apply(FLIP);
    const result = await apply({ ...OTHER, kill: true });
    expect(result.made && result.notes).toContain(carried);
    expect((await inUse())["routes"]).toMatchObject({ "get-order": {}, "put-order": { kill: true } });
  });

  it("is not urgent when it is switched off", async () => {
    hold("BAKING");
    await apply(KILL);
    expect(await apply({ ...KILL, kill: false })).toMatchObject({ made: false, why: "busy" });
    expect(await inUse()).toMatchObject({ kill: true });
  });

  it("joins a deployment that brings the same, and never lifts the switch that is on", async () => {
    hold("BAKING");
    await apply(KILL);
    const result = await apply({ ...KILL, by: "ann" });
    expect(result).toMatchObject({ made: true, version: "8" });
    expect(result.made && result.notes).toContain("the same was on its way in deployment 2 (eve: it burns)");
    expect(await deployments()).toHaveLength(2);
  });

  it("of one route is not urgent while everything is about to go to legacy", async () => {
    hold("BAKING");
    await apply(KILL);
    expect(await apply({ ...OTHER, kill: true })).toMatchObject({ made: false, why: "busy" });
    expect(await inUse()).toMatchObject({ version: 8, kill: true });
  });

  it("waits for what is being rolled back already, and leaves that out", async () => {
    hold("DEPLOYING");
    const flip = apply(FLIP);
    await comesTo("DEPLOYING");
    flags.aws.disturbDeployments({ alarm: true, hold: "ROLLING_BACK" });
    const kill = apply(KILL);
    await vi.waitFor(async () => expect(await stored()).toHaveLength(3));
    expect(await deployments()).toHaveLength(2);
    hold(null);
    expect(await kill).toMatchObject({ made: true, version: "9", previousVersion: "7" });
    expect(await inUse()).toMatchObject({ kill: true });
    expect((await inUse())["routes"] ?? {}).toEqual({});
    await flip;
  });

  it("stops a deployment of another profile, and says that its change is not in use", async () => {
    hold("BAKING");
    await theirsInTheWay();
    const result = await apply(KILL);
    expect(result).toMatchObject({ made: true, version: "8", previousVersion: "7" });
    expect(result.made && result.notes).toContain(
      "deployment 2 of theirs (carl) was stopped to let this through; its change is not in use: repeat it if it still holds",
    );
  });

  it("leaves out what is being deployed when that is no flags", async () => {
    hold("BAKING");
    await deploy(await store("{"), { Description: "carl" });
    const result = await apply(KILL);
    expect(result).toMatchObject({ made: true, version: "8", previousVersion: "7" });
    expect(result.made && result.notes?.join()).toMatch(/deployment 2 \(carl\) was stopped.*is not in use/);
  });

  it("reverts nothing that was through before it could be stopped", async () => {
    hold("DEPLOYING");
    const flip = apply(FLIP);
    await comesTo("DEPLOYING");
    const slow = await gated();
    const held = slow.hold(/^DELETE /);
    const kill = flags.writer({ endpoint: slow.url }).apply(KILL);
    const letGo = await held;
    hold(null);
    await flip;
    letGo();
    expect(await kill).toEqual({ made: true, version: "9", previousVersion: "8" });
    expect((await deployments()).map(({ State }) => State)).toEqual(["COMPLETE", "COMPLETE", "COMPLETE"]);
  });

  it("begins anew when somebody gets in between, and says whose change is lost by that", async () => {
    hold("BAKING");
    await apply(FLIP);
    const slow = await gated();
    const held = slow.hold(/^POST .*\/deployments$/);
    const kill = flags.writer({ endpoint: slow.url }).apply(KILL);
    const letGo = await held;
    expect(await apply(OTHER)).toMatchObject({ made: true, previousVersion: "7" });
    letGo();
    const result = await kill;
    expect(result).toMatchObject({ made: true });
    expect(result.made && result.notes?.join("\n")).toMatch(
      /deployment 2 \(ann: .*is not in use: repeat it.*\ndeployment 3 \(bob: .*is part of this one/,
    );
    expect(await inUse()).toMatchObject({ kill: true, routes: { "put-order": {} } });
  });

  it("touches nothing when it may not stop what is in its way, and says what to allow", async () => {
    hold("BAKING");
    await apply(FLIP);
    flags.aws.disturbDeployments({
      failCall: { call: "StopDeployment", status: 403, type: "AccessDeniedException" },
    });
    const result = await apply(KILL);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(/lack appconfig:StopDeployment: allow it/);
    expect((await deployments())[0]).toMatchObject({ DeploymentNumber: 2, State: "BAKING" });
  });

  it("says what it stopped when it gets no further", async () => {
    hold("BAKING");
    await apply(FLIP);
    flags.aws.disturbDeployments({
      failCall: { call: "StartDeployment", status: 403, type: "AccessDeniedException" },
    });
    expect(messageOf(await apply(KILL))).toMatch(
      /lack appconfig:StartDeployment.*\ndeployment 2 \(ann: evidence is in\) was stopped.*is not in use: repeat it/s,
    );
    expect(await inUse()).toEqual({ version: 7 });
  });

  it.each([
    { reset: "after" },
    { reset: "before" },
    { status: 500, type: "InternalServerException" },
    { status: 500, type: "InternalServerException", when: "after" },
    { status: 429, type: "ThrottlingException" },
  ] as const)("stops what is in its way when the first attempt fails with %j", async (failure) => {
    hold("BAKING");
    await apply(FLIP);
    flags.aws.disturbDeployments({ failCall: { call: "StopDeployment", ...failure } });
    const result = await apply(KILL);
    expect(result.made && result.notes).toContain(carried);
    expect((await deployments()).map(({ State }) => State)).toEqual(["BAKING", "ROLLED_BACK", "COMPLETE"]);
  });

  it("gives up on what cannot be stopped, and says why", async () => {
    hold("BAKING");
    await apply(FLIP);
    flags.aws.disturbDeployments({ failCall: { call: "StopDeployment", status: 500, times: 1_000 } });
    const result = await flags.writer({ timeoutMs: 50 }).apply(KILL);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(/deployment 2 .*could not be stopped within 50 ms: .*StopDeployment/);
  });
});
