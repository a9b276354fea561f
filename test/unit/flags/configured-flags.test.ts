import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import type { FlagsConfig } from "../../../gateway/config/gateway-config.ts";
import { configuredFlags, type ConfiguredFlags } from "../../../gateway/flags/configured-flags.ts";
import { startLocalAws, type LocalAws } from "../../../local-aws/server.ts";
import { localAgent } from "../../support/local-agent.ts";

const FLIP = { routeId: "get-order", stage: "shadow", by: "ada", reason: "to see" } as const;

let folder: string;
let aws: LocalAws;
let used: ConfiguredFlags;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "configured-"));
  aws = await startLocalAws({ port: 0, functionsDir: folder, quiet: true });
});
afterEach(async () => {
  await used.flags.stop();
  await aws.close();
  await rm(folder, { recursive: true });
});

async function use(flags: FlagsConfig): Promise<ConfiguredFlags> {
  used = await configuredFlags(
    { flags, aws: { region: "eu-central-1", endpoint: aws.url } },
    { dataFolder: join(folder, "data"), configFile: join(folder, "routes.yaml"), flags: null },
    { clock: systemClock, onChange: () => undefined, onRejected: () => undefined },
  );
  await used.flags.start();
  return used;
}

it("flips flags in a file, and has the flip in use at once", async () => {
  const { flags, writer } = await use({ source: "file", file: null });
  expect(await writer.apply(FLIP)).toMatchObject({ made: true, version: "1" });
  expect(flags.current().routes.get("get-order")?.stage).toBe("shadow");
});

it("reads flags from AppConfig, keeps them in the data folder, and flips them there", async () => {
  aws.configure("shop", "prod", "flags", '{"version": 4}');
  const { flags, writer } = await use({
    source: "appconfig",
    application: "shop",
    environment: "prod",
    profile: "flags",
    pollMs: 15_000,
    strategy: "AppConfig.AllAtOnce",
  });
  expect(flags.current().version).toBe("4");
  expect(await readdir(join(folder, "data"))).toEqual([expect.stringMatching(/^appconfig-\w+\.json$/)]);
  expect(await writer.apply(FLIP)).toMatchObject({ made: true, version: "5" });
});

it("shows the AppConfig Agent the token that routes.yaml has for it", async () => {
  const agent = await localAgent();
  agent.answer(({ headers }, res) => {
    const isKnown = headers.authorization === "Bearer open-sesame";
    res.writeHead(isKnown ? 200 : 401).end('{"version": 4}');
  });
  const place = { application: "shop", environment: "prod", profile: "flags" };
  const more = { pollMs: 5_000, strategy: "AppConfig.AllAtOnce", url: agent.url };
  const { flags } = await use({ source: "appconfig-agent", ...place, ...more, accessToken: "open-sesame" });
  expect(flags.current().version).toBe("4");
  await flags.stop();
  await use({ source: "appconfig-agent", ...place, ...more, accessToken: null });
  expect(used.flags.health().problem).toContain("configure the ACCESS_TOKEN that the agent has");
  await agent.end();
});
