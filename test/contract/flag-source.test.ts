import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InMemoryProvider, type JsonValue } from "@openfeature/server-sdk";
import { systemClock } from "../../gateway/clock.ts";
import { agentFlags } from "../../gateway/flags/agent.ts";
import { appConfigFlags } from "../../gateway/flags/appconfig.ts";
import { fileFlags } from "../../gateway/flags/file.ts";
import type { FlagSnapshot } from "../../gateway/flags/flag-source.ts";
import { openFeatureFlags } from "../../gateway/flags/openfeature-source.ts";
import { fixedFlags } from "../support/fixed-flags.ts";
import { localAgent } from "../support/local-agent.ts";
import { localAppConfig } from "../support/local-appconfig.ts";
import { flagSourceContract } from "./flag-source.ts";

flagSourceContract("a fixed one", async () => {
  const source = fixedFlags();
  return {
    source,
    publish: async (snapshot) => source.set(snapshot),
    spoil: async () => source.fail("spoilt by the test"),
    cleanUp: async () => undefined,
  };
});

flagSourceContract("a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "flags-"));
  const path = join(folder, "flags.yaml");
  const replace = async (text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  return {
    source: fileFlags({ path, clock: systemClock }),
    publish: (snapshot) => replace(asDocument(snapshot)),
    spoil: () => replace("version: 1\nkill: [unclosed"),
    cleanUp: () => rm(folder, { recursive: true }),
  };
});

flagSourceContract("AppConfig", async () => {
  const { aws, folder, deploy, end } = await localAppConfig();
  const place = { application: "shop", environment: "prod", profile: "flags" };
  const client = { region: "eu-central-1", endpoint: aws.url };
  const cacheFile = join(folder, "kept.json");
  return {
    source: appConfigFlags({ ...client, ...place, pollMs: 1_000, cacheFile, clock: systemClock }),
    publish: async (snapshot) => deploy(asDocument(snapshot)),
    spoil: async () => deploy('{"version": 1, "kill": '),
    cleanUp: end,
  };
});

flagSourceContract("the AppConfig Agent", async () => {
  const folder = await mkdtemp(join(tmpdir(), "agent-"));
  const { url, serve, end } = await localAgent();
  const place = { application: "shop", environment: "prod", profile: "flags" };
  return {
    source: agentFlags({
      url,
      ...place,
      pollMs: 50,
      cacheFile: join(folder, "kept.json"),
      clock: systemClock,
    }),
    publish: async (snapshot) => serve(asDocument(snapshot)),
    spoil: async () => serve('{"version": 1, "kill": '),
    cleanUp: async () => {
      await end();
      await rm(folder, { recursive: true });
    },
  };
});

flagSourceContract("an OpenFeature provider", async () => {
  const provider = new InMemoryProvider();
  const put = (value: JsonValue) =>
    provider.putConfiguration({ banyan: { variants: { on: value }, defaultVariant: "on", disabled: false } });
  return {
    source: openFeatureFlags({ provider, clock: systemClock }),
    publish: async (snapshot) => put(JSON.parse(asDocument(snapshot)) as JsonValue),
    spoil: async () => put({ version: 1, kill: "maybe" }),
    cleanUp: async () => undefined,
  };
});

function asDocument({ version, routes, killed }: FlagSnapshot): string {
  const flags: Record<string, object> = {};
  for (const [id, { stage, percent }] of routes)
    flags[id] = stage === "canary" ? { stage, percent } : { stage };
  return JSON.stringify({ version: Number(version), kill: killed, routes: flags });
}
