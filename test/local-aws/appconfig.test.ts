import {
  AppConfigDataClient,
  BadRequestException,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from "@aws-sdk/client-appconfigdata";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localAppConfig, type LocalAppConfig } from "../support/local-appconfig.ts";

let local: LocalAppConfig;
let client: AppConfigDataClient;
beforeEach(async () => {
  local = await localAppConfig();
  client = new AppConfigDataClient({ endpoint: local.aws.url, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await local.end();
});

async function begin(intervalS: number | undefined = 1, application = "shop", environment = "prod") {
  const { InitialConfigurationToken } = await client.send(
    new StartConfigurationSessionCommand({
      ApplicationIdentifier: application,
      EnvironmentIdentifier: environment,
      ConfigurationProfileIdentifier: "flags",
      RequiredMinimumPollIntervalInSeconds: intervalS,
    }),
  );
  return InitialConfigurationToken!;
}

async function poll(token: string) {
  const answer = await client.send(new GetLatestConfigurationCommand({ ConfigurationToken: token }));
  return {
    content: answer.Configuration?.transformToString() ?? "",
    next: answer.NextPollConfigurationToken!,
    intervalS: answer.NextPollIntervalInSeconds,
    contentType: answer.ContentType,
    versionLabel: answer.VersionLabel,
  };
}

const problemOf = async (token: string) => {
  const error: unknown = await poll(token).catch((error: unknown) => error);
  if (!(error instanceof BadRequestException)) throw error;
  expect(error.Reason).toBe("InvalidParameters");
  return error.Details?.InvalidParameters?.["configuration_token"]?.Problem;
};

describe("AppConfig's data plane", () => {
  it("serves what is deployed, and nothing until that changes", async () => {
    local.aws.configure("shop", "prod", "flags", "é", "v1", "text/plain");
    const first = await poll(await begin());
    expect(first).toMatchObject({
      content: "é",
      intervalS: 1,
      contentType: "text/plain",
      versionLabel: "v1",
    });
    await sleep(1_050);
    const second = await poll(first.next);
    expect(second.content).toBe("");
    local.deploy("{}");
    await sleep(1_050);
    expect(await poll(second.next)).toMatchObject({ content: "{}", contentType: "application/json" });
  });

  it("turns away a token that was used, and one it never gave", async () => {
    local.deploy("{}");
    const token = await begin();
    await poll(token);
    expect(await problemOf(token)).toBe("Corrupted");
    expect(await problemOf("made-up")).toBe("Corrupted");
  });

  it("turns away a poll that comes too early, without spending its token", async () => {
    local.deploy("{}");
    const { next } = await poll(await begin());
    expect(await problemOf(next)).toBe("PollIntervalNotSatisfied");
    await sleep(1_050);
    expect((await poll(next)).content).toBe("");
  });

  it("turns away a token that is too old", async () => {
    local.deploy("{}");
    const token = await begin();
    local.aws.disturbPolls({ expireTokens: true });
    expect(await problemOf(token)).toBe("Expired");
    expect((await poll(await begin())).content).toBe("{}");
  });

  it("grants no interval below its minimum", async () => {
    local.deploy("{}");
    await expect(begin(0)).rejects.toMatchObject({ name: "BadRequestException" });
  });

  it("says which name it does not know", async () => {
    local.deploy("{}");
    const unknown = { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } };
    await expect(begin(1, "stop")).rejects.toMatchObject({ ...unknown, ResourceType: "Application" });
    await expect(begin(1, "shop", "test")).rejects.toMatchObject({ ...unknown, ResourceType: "Environment" });
  });

  it.each([
    [429, "ThrottlingException"],
    [500, "InternalServerException"],
  ])("fails on demand with %i, so many times", async (status, type) => {
    local.deploy("{}");
    const token = await begin();
    local.aws.disturbPolls({ fail: { status, type, times: 1 } });
    await expect(poll(token)).rejects.toMatchObject({ name: type, $metadata: { httpStatusCode: status } });
    expect((await poll(token)).content).toBe("{}");
  });

  it("spends the token when the answer gets lost", async () => {
    local.deploy("{}");
    const token = await begin();
    local.aws.disturbPolls({ fail: { reset: "after" } });
    await expect(poll(token)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await problemOf(token)).toBe("Corrupted");
  });
});

describe("AppConfig's control plane", () => {
  const control = (method: string, path: string, body: unknown) =>
    fetch(`${local.aws.url}/local/appconfig${path}`, { method, body: JSON.stringify(body) });

  it("deploys, under names with any characters", async () => {
    expect((await control("PUT", "/my%20shop/prod/flags", { content: "{}", versionLabel: "7" })).status).toBe(
      204,
    );
    expect(await poll(await begin(1, "my shop"))).toMatchObject({ content: "{}", versionLabel: "7" });
  });

  it("disturbs", async () => {
    local.deploy("{}");
    const token = await begin();
    expect((await control("POST", "", { fail: { status: 503 } })).status).toBe(204);
    await expect(poll(token)).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  });

  it.each([
    ["PUT", "/a/b/c", { contents: "{}" }, "contents"],
    ["POST", "", { fail: { status: 200 } }, "fail"],
  ])("refuses %s %s %j", async (method, path, body, mentioned) => {
    const answer = await control(method, path, body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(mentioned);
  });
});
