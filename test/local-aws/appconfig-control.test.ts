import {
  BadRequestException,
  CreateApplicationCommand,
  CreateConfigurationProfileCommand,
  CreateDeploymentStrategyCommand,
  CreateEnvironmentCommand,
  CreateHostedConfigurationVersionCommand,
  GetApplicationCommand,
  GetConfigurationProfileCommand,
  GetDeploymentCommand,
  GetEnvironmentCommand,
  GetHostedConfigurationVersionCommand,
  ListApplicationsCommand,
  ListConfigurationProfilesCommand,
  ListDeploymentsCommand,
  ListDeploymentStrategiesCommand,
  ListEnvironmentsCommand,
  ListHostedConfigurationVersionsCommand,
  PayloadTooLargeException,
  StartDeploymentCommand,
  StopDeploymentCommand,
  UpdateConfigurationProfileCommand,
  type AppConfigClient,
} from "@aws-sdk/client-appconfig";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deployedFlags, type DeployedFlags } from "../support/deployed-flags.ts";

let flags: DeployedFlags;
let client: AppConfigClient;
beforeEach(async () => {
  flags = await deployedFlags();
  ({ client } = flags);
});
afterEach(() => flags.end());

const SCHEMA = {
  $schema: "http://json-schema.org/draft-04/schema#",
  type: "object",
  properties: { version: { type: "integer", minimum: 0, exclusiveMinimum: true } },
  required: ["version"],
};
const validator = (schema: unknown) => [{ Type: "JSON_SCHEMA" as const, Content: JSON.stringify(schema) }];

function store(content: string | Buffer, more: object = {}) {
  const version = { ...flags.ids, Content: Buffer.from(content), ContentType: "application/json", ...more };
  return client.send(new CreateHostedConfigurationVersionCommand(version));
}
function start(version: string, more: object = {}) {
  const DeploymentStrategyId = "AppConfig.AllAtOnce";
  const wanted = { ...flags.ids, DeploymentStrategyId, ConfigurationVersion: version, ...more };
  return client.send(new StartDeploymentCommand(wanted));
}
const stop = (DeploymentNumber: number, AllowRevert?: boolean) =>
  client.send(new StopDeploymentCommand({ ...flags.ids, DeploymentNumber, AllowRevert }));
const deployment = (DeploymentNumber: number) =>
  client.send(new GetDeploymentCommand({ ...flags.ids, DeploymentNumber }));
const hold = (state: "VALIDATING" | "DEPLOYING" | "BAKING" | "ROLLING_BACK" | null) =>
  flags.aws.disturbDeployments({ hold: state });
const failure = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

describe("applications, environments and profiles", () => {
  it("are made, listed and looked at", async () => {
    const about = { Name: "shop 2", Description: "another" };
    const made = await client.send(new CreateApplicationCommand(about));
    expect(made).toMatchObject({ ...about, Id: expect.stringMatching(/^[a-z0-9]{7}$/) as string });
    const ApplicationId = made.Id ?? "";
    expect(await client.send(new GetApplicationCommand({ ApplicationId }))).toMatchObject(about);
    expect((await client.send(new ListApplicationsCommand())).Items).toMatchObject([{ Name: "shop" }, about]);

    const environment = await client.send(new CreateEnvironmentCommand({ ApplicationId, Name: "test" }));
    const wanted = { ApplicationId, Name: "test", State: "READY_FOR_DEPLOYMENT" };
    expect(environment).toMatchObject(wanted);
    const EnvironmentId = environment.Id ?? "";
    expect(await client.send(new GetEnvironmentCommand({ ApplicationId, EnvironmentId }))).toMatchObject(
      wanted,
    );
    expect((await client.send(new ListEnvironmentsCommand({ ApplicationId }))).Items).toMatchObject([wanted]);

    const profile = { ApplicationId, Name: "flags", LocationUri: "hosted" };
    const Validators = validator(SCHEMA);
    const { Id: ConfigurationProfileId = "" } = await client.send(
      new CreateConfigurationProfileCommand({ ...profile, Validators }),
    );
    const got = await client.send(
      new GetConfigurationProfileCommand({ ApplicationId, ConfigurationProfileId }),
    );
    expect(got).toMatchObject({ ...profile, Type: "AWS.Freeform", Validators });
    await client.send(
      new CreateConfigurationProfileCommand({ ...profile, Name: "on", Type: "AWS.AppConfig.FeatureFlags" }),
    );
    const list = async (Type?: string) =>
      (await client.send(new ListConfigurationProfilesCommand({ ApplicationId, Type }))).Items;
    expect(await list()).toMatchObject([{ ...profile, ValidatorTypes: ["JSON_SCHEMA"] }, { Name: "on" }]);
    expect(await list("AWS.AppConfig.FeatureFlags")).toMatchObject([{ Name: "on" }]);
  });

  it("are found by their ids only", async () => {
    await expect(client.send(new GetApplicationCommand({ ApplicationId: "shop" }))).rejects.toMatchObject({
      ...failure("ResourceNotFoundException", 404),
      ResourceName: "Application",
    });
  });

  it("come in pages", async () => {
    for (const Name of ["b", "c"]) await client.send(new CreateApplicationCommand({ Name }));
    const first = await client.send(new ListApplicationsCommand({ MaxResults: 2 }));
    expect(first.Items?.map(({ Name }) => Name)).toEqual(["shop", "b"]);
    const second = await client.send(
      new ListApplicationsCommand({ MaxResults: 2, NextToken: first.NextToken }),
    );
    expect(second.Items?.map(({ Name }) => Name)).toEqual(["c"]);
    expect(second.NextToken).toBeUndefined();
    await expect(client.send(new ListApplicationsCommand({ NextToken: "x" }))).rejects.toThrow("NextToken");
    await expect(client.send(new ListApplicationsCommand({ MaxResults: 51 }))).rejects.toThrow("MaxResults");
  });

  it.each([{ $schema: "http://json-schema.org/draft-07/schema#" }, { type: "nothing" }, []])(
    "take no validator that is no JSON Schema draft 4: %j",
    async (schema) => {
      await expect(flags.addProfile("checked", { Validators: validator(schema) })).rejects.toMatchObject(
        failure("BadRequestException", 400),
      );
    },
  );
});

describe("the store of versions", () => {
  it("numbers what it stores, and gives back the same bytes", async () => {
    const Content = Buffer.from([0, 0xff, 0x7b]);
    const more = { ContentType: "application/octet-stream", VersionLabel: "v1.0", Description: "ann: first" };
    expect(await store(Content, more)).toMatchObject({ VersionNumber: 1, ...more });
    const version = { ...flags.ids, VersionNumber: 1 };
    const got = await client.send(new GetHostedConfigurationVersionCommand(version));
    expect(got).toMatchObject({ VersionNumber: 1, ...more });
    expect(Buffer.from(got.Content ?? [])).toEqual(Content);
    await expect(
      client.send(new GetHostedConfigurationVersionCommand({ ...version, VersionNumber: 2 })),
    ).rejects.toMatchObject(failure("ResourceNotFoundException", 404));
  });

  it("lists the newest first, and by label", async () => {
    for (const VersionLabel of ["a", "b"]) await store("{}", { VersionLabel });
    const list = async (more: object) => {
      const { Items } = await client.send(
        new ListHostedConfigurationVersionsCommand({ ...flags.ids, ...more }),
      );
      return Items?.map(({ VersionNumber }) => VersionNumber);
    };
    expect(await list({})).toEqual([2, 1]);
    expect(await list({ VersionLabel: "a" })).toEqual([1]);
    expect(await list({ VersionLabel: "c" })).toEqual([]);
  });

  it("refuses a version that comes after another one than the newest", async () => {
    await store("{}", { LatestVersionNumber: 0 });
    await store("{}", { LatestVersionNumber: 1 });
    await expect(store("{}", { LatestVersionNumber: 1 })).rejects.toMatchObject(
      failure("ConflictException", 409),
    );
    expect(await store("{}")).toMatchObject({ VersionNumber: 3 });
  });

  it("refuses a label that is there, or is a number", async () => {
    await store("{}", { VersionLabel: "v1" });
    await expect(store("{}", { VersionLabel: "v1" })).rejects.toMatchObject({ name: "ConflictException" });
    await expect(store("{}", { VersionLabel: "12" })).rejects.toMatchObject({ name: "BadRequestException" });
  });

  it("takes 1 MB and no more", async () => {
    await store(Buffer.alloc(1024 * 1024));
    const error: unknown = await store(Buffer.alloc(1024 * 1024 + 1)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PayloadTooLargeException);
    expect(error).toMatchObject({ Measure: "KILOBYTES", Limit: 1024 });
  });

  it("stores what passes the validators, and else says all that is wrong", async () => {
    const ConfigurationProfileId = await flags.addProfile("checked", { Validators: validator(SCHEMA) });
    await store('{"version": 1}', { ConfigurationProfileId });
    const refused = async (content: string) => {
      const error: unknown = await store(content, { ConfigurationProfileId }).catch(
        (error: unknown) => error,
      );
      if (!(error instanceof BadRequestException)) throw error;
      expect(error.Reason).toBe("InvalidConfiguration");
      return error.Details?.InvalidConfiguration;
    };
    expect(await refused('{"version": 0}')).toEqual([
      { Type: "JSON_SCHEMA", Constraint: "minimum", Location: "/version", Reason: "must be > 0" },
    ]);
    expect(await refused("{}")).toMatchObject([{ Constraint: "required" }]);
    expect(await refused("version: 1")).toMatchObject([{ Reason: "The content is no JSON" }]);
  });
});

describe("a profile of feature flags", () => {
  const authored = (values: object, flags: object = { beta: { name: "Beta", attributes: { share: {} } } }) =>
    JSON.stringify({ version: "1", flags, values });
  beforeEach(async () => {
    const type = { Type: "AWS.AppConfig.FeatureFlags" };
    flags.ids.ConfigurationProfileId = await flags.addProfile("features", type);
  });

  it("gives back what was written, and serves each flag with its attributes while it is enabled", async () => {
    const on = authored({ beta: { enabled: true, share: 5, _updatedAt: "2026-11-21T12:00:00.000Z" } });
    const { VersionNumber } = await store(on);
    const command = new GetHostedConfigurationVersionCommand({ ...flags.ids, VersionNumber });
    expect((await client.send(command)).Content?.transformToString()).toBe(on);
    await start("1");
    expect(await flags.inUse("features")).toBe('{"beta":{"enabled":true,"share":5}}');
    await store(authored({ beta: { enabled: false, share: 5 } }));
    await start("2");
    expect(await flags.inUse("features")).toBe('{"beta":{"enabled":false}}');
  });

  it.each([
    ["no JSON", "{"],
    ["another version", '{"version": "2"}'],
    ["what is served", '{"beta": {"enabled": true}}'],
    ["a key that is none", authored({}, { Beta: { name: "Beta" } })],
    ["an attribute that is not defined", authored({ beta: { enabled: true, colour: "red" } })],
    ["a flag that is not defined", authored({ gamma: { enabled: true } })],
    ["an object for an attribute", authored({ beta: { enabled: true, share: {} } })],
  ])("stores no %s", async (_, content) => {
    await expect(store(content)).rejects.toThrow(BadRequestException);
  });
});

describe("deployments", () => {
  beforeEach(async () => {
    for (const version of [1, 2, 3]) await store(`{"version": ${version}}`, { VersionLabel: `v${version}` });
    await start("1");
  });

  it("bring a version, by number or label, and tell what happened", async () => {
    expect(await start("v2", { Description: "ann: to see" })).toMatchObject({ DeploymentNumber: 2 });
    expect(await flags.inUse()).toBe('{"version": 2}');
    const told = await deployment(2);
    expect(told).toMatchObject({
      ...flags.ids,
      ConfigurationName: "flags",
      ConfigurationVersion: "2",
      VersionLabel: "v2",
      Description: "ann: to see",
      DeploymentStrategyId: "AppConfig.AllAtOnce",
      FinalBakeTimeInMinutes: 10,
      PercentageComplete: 100,
      State: "COMPLETE",
    });
    expect(told.StartedAt).toBeInstanceOf(Date);
    expect(told.EventLog?.map(({ EventType }) => EventType)).toEqual([
      "DEPLOYMENT_COMPLETED",
      "BAKE_TIME_STARTED",
      "DEPLOYMENT_STARTED",
    ]);
    const { Items } = await client.send(new ListDeploymentsCommand(flags.ids));
    expect(Items).toMatchObject([
      { DeploymentNumber: 2, ConfigurationProfileId: flags.ids.ConfigurationProfileId, State: "COMPLETE" },
      { DeploymentNumber: 1 },
    ]);
    expect(Items?.[0]).not.toHaveProperty("Description");
  });

  it.each([
    ["VALIDATING", 1, 0],
    ["DEPLOYING", 2, 100],
    ["BAKING", 2, 100],
  ] as const)("are served as their state says: %s", async (state, served, percent) => {
    hold(state);
    expect(await start("2")).toMatchObject({ State: state, PercentageComplete: percent });
    expect(await flags.inUse()).toBe(`{"version": ${served}}`);
    expect(await client.send(new GetEnvironmentCommand(flags.ids))).toMatchObject({ State: "DEPLOYING" });
    hold(null);
    expect(await deployment(2)).toMatchObject({ State: "COMPLETE" });
  });

  it("are one at a time in an environment, whatever the profile, and one elsewhere at the same time", async () => {
    hold("BAKING");
    await start("2");
    const refused = failure("ConflictException", 409);
    await expect(start("3")).rejects.toMatchObject(refused);
    const ConfigurationProfileId = await flags.addProfile("theirs");
    await store("{}", { ConfigurationProfileId });
    await expect(start("1", { ConfigurationProfileId })).rejects.toMatchObject(refused);
    const environment = { ApplicationId: flags.ids.ApplicationId, Name: "test" };
    const { Id: EnvironmentId } = await client.send(new CreateEnvironmentCommand(environment));
    expect(await start("3", { EnvironmentId })).toMatchObject({ DeploymentNumber: 1 });
  });

  it("are refused when they come after another one than the newest", async () => {
    await expect(start("2", { LatestDeploymentNumber: 0 })).rejects.toMatchObject(
      failure("ConflictException", 409),
    );
    expect(await start("2", { LatestDeploymentNumber: 1 })).toMatchObject({ DeploymentNumber: 2 });
  });

  it("are refused for a version or strategy that is not there, and for what is no more valid", async () => {
    await expect(start("4")).rejects.toMatchObject(failure("BadRequestException", 400));
    await expect(start("2", { DeploymentStrategyId: "atonce" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      ResourceName: "DeploymentStrategy",
    });
    const Validators = validator({ required: ["salt"] });
    await client.send(new UpdateConfigurationProfileCommand({ ...flags.ids, Validators }));
    await expect(start("2")).rejects.toMatchObject({ Reason: "InvalidConfiguration" });
  });

  it("go back to what was there before when an alarm goes off", async () => {
    hold("BAKING");
    await start("2");
    flags.aws.disturbDeployments({ alarm: true, hold: "ROLLING_BACK" });
    expect(await deployment(2)).toMatchObject({ State: "ROLLING_BACK", PercentageComplete: 0 });
    expect(await flags.inUse()).toBe('{"version": 1}');
    await expect(start("3")).rejects.toMatchObject({ name: "ConflictException" });
    hold(null);
    const told = await deployment(2);
    expect(told.State).toBe("ROLLED_BACK");
    expect(told.EventLog?.slice(0, 2)).toMatchObject([
      { EventType: "ROLLBACK_COMPLETED" },
      { EventType: "ROLLBACK_STARTED", TriggeredBy: "CLOUDWATCH_ALARM" },
    ]);
    expect(await client.send(new GetEnvironmentCommand(flags.ids))).toMatchObject({ State: "ROLLED_BACK" });
    expect(await start("3")).toMatchObject({ DeploymentNumber: 3 });
  });

  it.each([
    ["VALIDATING", false, null],
    ["VALIDATING", true, "ROLLED_BACK"],
    ["DEPLOYING", false, "ROLLED_BACK"],
    ["DEPLOYING", true, "ROLLED_BACK"],
    ["BAKING", false, null],
    ["BAKING", true, "ROLLED_BACK"],
    [null, false, null],
    [null, true, "REVERTED"],
  ] as const)("are stopped as AWS allows it: %s, AllowRevert %j → %j", async (state, allowRevert, after) => {
    hold(state);
    await start("2");
    const answer: unknown = await stop(2, allowRevert).catch((error: unknown) => error);
    expect(answer instanceof BadRequestException).toBe(after === null);
    hold(null);
    expect(await deployment(2)).toMatchObject({ State: after ?? "COMPLETE" });
    expect(await flags.inUse()).toBe(`{"version": ${after === null ? 2 : 1}}`);
  });

  it("are not reverted when another one came after them", async () => {
    await start("2");
    await expect(stop(1, true)).rejects.toMatchObject({ name: "BadRequestException" });
    await stop(2, true);
    await expect(stop(2, true)).rejects.toMatchObject({ name: "BadRequestException" });
  });

  it("take what a strategy says", async () => {
    const { Items } = await client.send(new ListDeploymentStrategiesCommand({ MaxResults: 2 }));
    expect(Items?.[0]).toMatchObject({
      Id: "AppConfig.AllAtOnce",
      FinalBakeTimeInMinutes: 10,
      GrowthFactor: 100,
    });
    const wanted = {
      Name: "slow",
      DeploymentDurationInMinutes: 5,
      GrowthFactor: 20,
      FinalBakeTimeInMinutes: 1,
    };
    const { Id } = await client.send(new CreateDeploymentStrategyCommand(wanted));
    const { Name: _, ...growth } = wanted;
    expect(await start("2", { DeploymentStrategyId: Id })).toMatchObject(growth);
  });
});

describe("the control plane's faults", () => {
  const list = () => client.send(new ListApplicationsCommand());

  it.each([
    ["before", 1],
    ["after", 2],
  ] as const)("come %s the call has done anything", async (when, applications) => {
    const create = () => client.send(new CreateApplicationCommand({ Name: "b" }));
    const [call, status, type] = ["CreateApplication", 500, "InternalServerException"] as const;
    flags.aws.disturbDeployments({ failCall: { call, status, type, when } });
    await expect(create()).rejects.toMatchObject(failure(type, status));
    expect((await list()).Items).toHaveLength(applications);
    flags.aws.disturbDeployments({ failCall: { call, reset: when } });
    await expect(create()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect((await list()).Items).toHaveLength(applications * 2 - 1);
  });

  it("hit one call, or all, so many times", async () => {
    flags.aws.disturbDeployments({ failCall: { call: "GetApplication", status: 503 } });
    await list();
    flags.aws.disturbDeployments({ failCall: { status: 503, times: 2 } });
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await list();
  });

  it("are ordered over HTTP, too", async () => {
    const order = (body: unknown) =>
      fetch(`${flags.aws.url}/local/appconfig`, { method: "POST", body: JSON.stringify(body) });
    expect((await order({ failCall: { status: 503 } })).status).toBe(204);
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect((await order({ hold: "LIMBO" })).status).toBe(400);
  });
});
