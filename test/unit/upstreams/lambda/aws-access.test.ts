import { afterEach, describe, expect, it, vi } from "vitest";
import { awsAccess } from "../../../../gateway/upstreams/lambda/aws-access.ts";

afterEach(() => vi.unstubAllEnvs());

function with_(variables: Readonly<Record<string, string>>): void {
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere");
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

describe("Lambda's API is found where the SDK finds it", () => {
  it.each<[string, Record<string, string>, string, string]>([
    ["eu-central-1", {}, "https://lambda.eu-central-1.amazonaws.com", ""],
    ["cn-north-1", {}, "https://lambda.cn-north-1.amazonaws.com.cn", ""],
    [
      "us-gov-west-1",
      { AWS_USE_FIPS_ENDPOINT: "true" },
      "https://lambda-fips.us-gov-west-1.amazonaws.com",
      "",
    ],
    ["eu-central-1", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, "https://lambda.eu-central-1.api.aws", ""],
    ["eu-central-1", { AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, "http://127.0.0.1:9", ""],
    [
      "eu-central-1",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_ENDPOINT_URL_LAMBDA: "https://vpce.example/base" },
      "https://vpce.example",
      "/base",
    ],
  ])("in %s with %j", async (region, variables, origin, basePath) => {
    with_(variables);
    expect(await awsAccess({ region, endpoint: null })).toMatchObject({ origin, basePath, region });
  });

  it("unless it is told", async () => {
    with_({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
    const access = await awsAccess({ region: "eu-central-1", endpoint: "http://127.0.0.1:8" });
    expect(access.origin).toBe("http://127.0.0.1:8");
  });

  it("and not at all where the SDK finds none", async () => {
    with_({ AWS_USE_FIPS_ENDPOINT: "true" });
    const finding = awsAccess({ region: "eu-central-1", endpoint: "http://127.0.0.1:8" });
    await expect(finding).rejects.toThrow(/FIPS and custom endpoint/);
  });
});
