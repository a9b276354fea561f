import { expect, test } from "vitest";
import { readEnv, SettingsError } from "../../../gateway/config/env.ts";
import type { Variables } from "../../../gateway/config/interpolate.ts";

function problemsOf(env: Variables): readonly string[] {
  try {
    readEnv(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

test("nothing set is a working gateway", () => {
  expect(readEnv({})).toEqual({
    host: "0.0.0.0",
    port: 8080,
    adminHost: "127.0.0.1",
    adminPort: 9901,
    drainGraceMs: 1000,
    drainLimitMs: 25_000,
    workers: 1,
    configFile: "routes.yaml",
    dataFolder: ".banyan",
    logLevel: "info",
    colors: true,
    flags: null,
    gateways: null,
    lambdaEndpoint: null,
    tracesEndpoint: null,
    serviceName: "banyan",
    stepSummary: null,
    token: null,
    variables: {},
  });
});

test("everything can be set", () => {
  const env = {
    HOST: "::1",
    PORT: "0",
    ADMIN_HOST: "0.0.0.0",
    ADMIN_PORT: "65535",
    WORKERS: "3",
    BANYAN_CONFIG: "/etc/banyan/routes.yaml",
    BANYAN_DATA: "/var/lib/banyan",
    LOG_LEVEL: "debug",
    NO_COLOR: "1",
    GITHUB_STEP_SUMMARY: "/tmp/summary.md",
    DRAIN_GRACE: "35s",
    DRAIN_LIMIT: "1m",
    BANYAN_FLAGS: "version: 1",
    BANYAN_GATEWAYS: "http://a:9901, http://b:9901",
    BANYAN_TOKEN: "s3cret",
    AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
    AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:9900",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/",
    OTEL_SERVICE_NAME: "edge",
  };
  expect(readEnv(env)).toEqual({
    host: "::1",
    port: 0,
    adminHost: "0.0.0.0",
    adminPort: 65_535,
    drainGraceMs: 35_000,
    drainLimitMs: 60_000,
    workers: 3,
    configFile: "/etc/banyan/routes.yaml",
    dataFolder: "/var/lib/banyan",
    logLevel: "debug",
    colors: false,
    flags: "version: 1",
    gateways: ["http://a:9901", "http://b:9901"],
    lambdaEndpoint: "http://127.0.0.1:9900",
    tracesEndpoint: "http://collector:4318/v1/traces",
    serviceName: "edge",
    stepSummary: "/tmp/summary.md",
    token: "s3cret",
    variables: env,
  });
});

test("where traces go is said whole, or by the collector", () => {
  const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = "http://traces:4318/in";
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };
  expect(readEnv(env).tracesEndpoint).toBe(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
});

test("an empty variable is not set", () => {
  expect(readEnv({ PORT: "", LOG_LEVEL: "", NO_COLOR: "" })).toMatchObject({
    port: 8080,
    logLevel: "info",
    colors: true,
  });
});

test("all mistakes are said at once, with what to do", () => {
  expect(problemsOf({ PORT: "eighty", ADMIN_PORT: "65536", LOG_LEVEL: "loud", DRAIN_GRACE: "soon" })).toEqual(
    [
      "PORT is no port: set it to a number from 0 to 65535, or unset it for 8080",
      "ADMIN_PORT is no port: set it to a number from 0 to 65535, or unset it for 9901",
      "DRAIN_GRACE is no duration: set it to one such as 1s",
      "LOG_LEVEL is no level: set it to one of trace, debug, info, warn, error, fatal, silent",
    ],
  );
});

test.each(["-1", "80.5", " 80", "0x50", "1e3", "99999", "８０"])("PORT=%s is refused", (PORT) => {
  expect(problemsOf({ PORT })).toHaveLength(1);
});

test("both listeners cannot have one port, unless the system picks it", () => {
  expect(problemsOf({ PORT: "9901" })).toEqual(["PORT and ADMIN_PORT are both 9901: give each its own"]);
  expect(problemsOf({ PORT: "0", ADMIN_PORT: "0" })).toEqual([]);
});

test("it is read from the process when nothing else is given", () => {
  expect(readEnv().variables["PATH"]).toBe(process.env["PATH"]);
});
