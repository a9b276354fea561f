import {
  CreateApplicationCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
} from "@aws-sdk/client-appconfig";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FlipResult } from "../../../gateway/flags/writer.ts";
import { deployedFlags, type DeployedFlags } from "../../support/deployed-flags.ts";
import { gate } from "../../support/gate.ts";

const FLIP = { routeId: "get-order", stage: "shadow", by: "ann", reason: "evidence is in" } as const;
const READS = [
  "ListApplications",
  "ListEnvironments",
  "ListConfigurationProfiles",
  "ListDeployments",
  "ListHostedConfigurationVersions",
  "GetHostedConfigurationVersion",
  "GetDeployment",
];
const WRITES = ["CreateHostedConfigurationVersion", "StartDeployment"];
const CALLS = [...READS, ...WRITES];

let flags: DeployedFlags;
beforeEach(async () => {
  flags = await deployedFlags();
  flags.put('{"version": 7}');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await flags.end();
});

type Failure = NonNullable<Parameters<DeployedFlags["aws"]["disturbDeployments"]>[0]["failCall"]>;
const fail = (failCall: Failure) => flags.aws.disturbDeployments({ failCall });
const messageOf = (result: FlipResult) => (result.made ? "" : result.message);
const countOf = async () => {
  const versions = await flags.client.send(new ListHostedConfigurationVersionsCommand(flags.ids));
  const deployments = await flags.client.send(new ListDeploymentsCommand(flags.ids));
  return { versions: versions.Items?.length, deployments: deployments.Items?.length };
};
const ONE_MORE = { versions: 2, deployments: 2 };

describe("a flip through AppConfig, when a call fails once", () => {
  const failures = [
    { status: 429, type: "TooManyRequestsException" },
    { status: 429, type: "ThrottlingException", when: "after" },
    { status: 500, type: "InternalServerException" },
    { status: 503, when: "after" },
    { reset: "before" },
    { reset: "after" },
  ] as const;
  it.each(CALLS.flatMap((call) => failures.map((failure) => [call, failure] as const)))(
    "is made exactly once: %s, %j",
    async (call, failure) => {
      fail({ call, ...failure });
      expect(await flags.writer().apply(FLIP)).toEqual({ made: true, version: "8", previousVersion: "7" });
      expect(await countOf()).toEqual(ONE_MORE);
    },
  );

  it.each(WRITES)("is made when the conflict that %s tells of is with itself", async (call) => {
    fail({ call, status: 409, type: "ConflictException", when: "after" });
    expect(await flags.writer().apply(FLIP)).toMatchObject({ made: true });
    expect(await countOf()).toEqual(ONE_MORE);
  });

  it.each(WRITES)("is not made when %s tells of a conflict with somebody else", async (call) => {
    fail({ call, status: 409, type: "ConflictException" });
    expect(await flags.writer().apply(FLIP)).toMatchObject({ made: false, why: "conflict" });
    expect(await flags.inUse()).toBe('{"version": 7}');
  });
});

describe("a flip through AppConfig, when a call keeps failing", () => {
  it.each(CALLS.filter((call) => call !== "GetDeployment"))("names %s, and changes nothing", async (call) => {
    fail({ call, status: 503, times: 100 });
    const result = await flags.writer().apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(new RegExp(`^AppConfig shop/prod/flags: .*${call}: .`, "s"));
    expect(await flags.inUse()).toBe('{"version": 7}');
  });

  it("says that it was started when nobody can see what becomes of it", async () => {
    fail({ call: "GetDeployment", status: 503, times: 1_000 });
    const result = await flags.writer({ timeoutMs: 30 }).apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(/deployment 2 was started, but nobody knows yet/);
  });

  it("says that it may be on its way when neither the answer nor the list of deployments can be had", async () => {
    const slow = await gate(flags.aws.url);
    try {
      const held = slow.hold(/^POST .*\/deployments$/);
      const flip = flags.writer({ endpoint: slow.url }).apply(FLIP);
      const letGo = await held;
      fail({ reset: "after", times: 1_000 });
      letGo();
      const result = await flip;
      expect(result).toMatchObject({ made: false, why: "failed" });
      expect(messageOf(result)).toMatch(
        /whether stored version 2 is being deployed is not known: .*before you repeat/,
      );
    } finally {
      await slow.close();
    }
  });

  it("says that AppConfig cannot be reached", async () => {
    const result = await flags.writer({ endpoint: "http://127.0.0.1:1" }).apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(/ListApplications: .*ECONNREFUSED/);
  });
});

describe("a flip through AppConfig that may not be", () => {
  it.each(CALLS)("says that %s has to be allowed", async (call) => {
    fail({
      call,
      status: 403,
      type: "AccessDeniedException",
      body: { Message: `User: x is not authorized` },
      times: 9,
    });
    const result = await flags.writer().apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(
      new RegExp(`lack appconfig:${call}: allow it in their IAM policy \\(User: x`),
    );
  });

  it("says when credentials are too old", async () => {
    fail({ status: 403, type: "ExpiredTokenException" });
    expect(messageOf(await flags.writer().apply(FLIP))).toMatch(
      /does not accept the credentials: renew them/,
    );
  });

  it("says when there are no credentials", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
    const result = await flags.writer().apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(/no AWS credentials were found: name a profile in AWS_PROFILE/);
  });

  it("says when AWS throttles it for longer", async () => {
    fail({ call: "StartDeployment", status: 429, type: "ThrottlingException", times: 9 });
    expect(messageOf(await flags.writer().apply(FLIP))).toMatch(
      /throttles appconfig:StartDeployment: repeat this in a/,
    );
  });

  it("says what a validator found, and stores nothing", async () => {
    const schema = {
      $schema: "http://json-schema.org/draft-04/schema#",
      properties: { routes: { additionalProperties: { properties: { reason: { maxLength: 5 } } } } },
      required: ["salt"],
    };
    const Validators = [{ Type: "JSON_SCHEMA" as const, Content: JSON.stringify(schema) }];
    await flags.addProfile("checked", { Validators });
    const result = await flags.writer({ profile: "checked" }).apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "invalid" });
    expect(messageOf(result)).toMatch(
      /CreateHostedConfigurationVersion.*\nthe document: .*'salt'.*\n\/routes\/get-order\/reason: .*5 char/s,
    );
  });

  it.each([413, 402])("says when AppConfig has no room for it (%i)", async (status) => {
    const type = status === 413 ? "PayloadTooLargeException" : "ServiceQuotaExceededException";
    fail({ call: "CreateHostedConfigurationVersion", status, type });
    const result = await flags.writer().apply(FLIP);
    expect(result).toMatchObject({ made: false, why: status === 413 ? "invalid" : "failed" });
  });

  it("deploys no document that gateways find too large", async () => {
    const routes = Object.fromEntries(
      Array.from({ length: 9_000 }, (_, n) => [`r${n}`, { stage: "legacy" }]),
    );
    flags.put(JSON.stringify({ version: 7, routes }));
    const result = await flags.writer().apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "invalid" });
    expect(messageOf(result)).toMatch(/at most 256 KiB/);
  });
});

describe("where a flip through AppConfig goes", () => {
  it("is found by ids as well as by names", async () => {
    const { ApplicationId, EnvironmentId, ConfigurationProfileId } = flags.ids;
    const address = {
      application: ApplicationId,
      environment: EnvironmentId,
      profile: ConfigurationProfileId,
    };
    expect(await flags.writer(address).apply(FLIP)).toMatchObject({ made: true, version: "8" });
  });

  it("is found among many", async () => {
    for (let n = 0; n < 60; n++) await flags.client.send(new CreateApplicationCommand({ Name: `app-${n}` }));
    const { Id = "" } = await flags.client.send(new CreateApplicationCommand({ Name: "last" }));
    const result = await flags.writer({ application: "last" }).apply(FLIP);
    expect(messageOf(result)).toMatch(/no environment prod; those there are: none/);
    expect(messageOf(await flags.writer({ application: Id }).apply(FLIP))).toMatch(/no environment prod/);
  });

  it("is asked for once, and again when it is gone", async () => {
    const writer = flags.writer();
    await writer.apply(FLIP);
    fail({ call: "ListApplications", status: 403, type: "AccessDeniedException" });
    expect(await writer.apply(FLIP)).toMatchObject({ made: true });
    // The order for ListApplications gives way to this one.
    fail({ call: "ListDeployments", status: 404, type: "ResourceNotFoundException" });
    expect(messageOf(await writer.apply(FLIP))).toMatch(/does not find it: ListDeployments/);
    fail({ call: "ListApplications", status: 403, type: "AccessDeniedException" });
    expect(messageOf(await writer.apply(FLIP))).toMatch(/lack appconfig:ListApplications/);
  });

  it.each([
    [{ application: "shap" }, /no application shap; those there are: shop/],
    [{ environment: "test" }, /no environment test; those there are: prod/],
    [{ profile: "flugs" }, /no configuration profile flugs; those there are: flags/],
  ])("is told when %j is not there", async (address, message) => {
    const result = await flags.writer(address).apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(message);
  });

  it("must be named by its id when a name is not enough", async () => {
    const { Id } = await flags.client.send(new CreateApplicationCommand({ Name: "shop" }));
    const message = messageOf(await flags.writer().apply(FLIP));
    expect(message).toMatch(/several applications called shop: name one by its id/);
    expect(message).toContain(`${flags.ids.ApplicationId} or ${Id}`);
  });

  it.each([
    [
      { Type: "AWS.AppConfig.FeatureFlags" },
      /flips are not made in a feature-flag profile: .*console.*freeform/,
    ],
    [{ LocationUri: "ssm-parameter://flags" }, /kept in ssm-parameter:\/\/flags: change it there/],
  ])("is no profile with %j", async (more, message) => {
    await flags.addProfile("others", more);
    const result = await flags.writer({ profile: "others" }).apply(FLIP);
    expect(result).toMatchObject({ made: false, why: "failed" });
    expect(messageOf(result)).toMatch(message);
  });
});
