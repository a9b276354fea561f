import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { appConfigFlags } from "../../../gateway/flags/appconfig.ts";
import { NO_FLAGS, type FlagSource } from "../../../gateway/flags/flag-source.ts";
import { localAppConfig, type LocalAppConfig } from "../../support/local-appconfig.ts";

let local: LocalAppConfig;
let cacheFile: string;
let changed: string[];
let rejected: string[];
let sources: FlagSource[];

beforeEach(async () => {
  local = await localAppConfig();
  cacheFile = join(local.folder, "data", "kept.json");
  changed = [];
  rejected = [];
  sources = [];
});
afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop()));
  await local.end();
});

function source(endpoint: string = local.aws.url): FlagSource {
  const made = appConfigFlags({
    region: "eu-central-1",
    endpoint,
    application: "shop",
    environment: "prod",
    profile: "flags",
    pollMs: 1_000,
    cacheFile,
    clock: systemClock,
    onChange: ({ version }) => changed.push(version),
    onRejected: (problem) => rejected.push(problem),
  });
  sources.push(made);
  return made;
}

async function started(): Promise<FlagSource> {
  local.deploy('{"version": 1}');
  const flags = source();
  await flags.start();
  expect(flags.health().fresh).toBe(true);
  return flags;
}

const becomes = (flags: FlagSource, version: string) =>
  vi.waitFor(
    () => {
      expect(flags.current().version).toBe(version);
      expect(flags.health().fresh).toBe(true);
    },
    { timeout: 15_000 },
  );
const goesStale = (flags: FlagSource) =>
  vi.waitFor(() => expect(flags.health().fresh).toBe(false), { timeout: 15_000 });
const polledAgain = async (flags: FlagSource) => {
  const { lastReadAt } = flags.health();
  await vi.waitFor(() => expect(flags.health().lastReadAt).not.toBe(lastReadAt), { timeout: 15_000 });
};

const ALL = { timeout: 60_000 };
const EXPIRED = { expireTokens: true };

describe("appConfigFlags", ALL, () => {
  it("takes empty answers for unchanged flags", async () => {
    const flags = await started();
    const snapshot = flags.current();
    await polledAgain(flags);
    expect(flags.current()).toBe(snapshot);
    expect(changed).toEqual(["1"]);
    expect(rejected).toEqual([]);
  });

  it("stays not fresh while what it refused stays unchanged, in new sessions too, and says so once", async () => {
    const flags = await started();
    local.deploy("[]");
    await goesStale(flags);
    const said = flags.health();
    await sleep(2_500);
    local.aws.disturbPolls(EXPIRED);
    await sleep(2_500);
    expect(flags.health()).toBe(said);
    expect(rejected).toHaveLength(1);
    local.deploy('{"version": 3}');
    await becomes(flags, "3");
  });

  it("says where nothing is deployed, and takes up what is deployed later", async () => {
    const flags = source();
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
    expect(flags.health().problem).toContain("Application not found");
    expect(flags.health().problem).toContain("the stage that routes.yaml names");
    local.deploy('{"version": 1}');
    await becomes(flags, "1");
  });

  it("ends its polling when stopped, and can be started again", async () => {
    const flags = await started();
    await flags.stop();
    local.deploy('{"version": 2}');
    await sleep(2_000);
    expect(flags.current().version).toBe("1");
    await flags.start();
    expect(flags.current().version).toBe("2");
  });
});

it("says when flags cannot be kept, and uses them all the same", async () => {
  await writeFile(join(cacheFile, ".."), "a file where the folder should be");
  const flags = await started();
  expect(flags.current().version).toBe("1");
  expect(rejected).toEqual([expect.stringContaining("flags cannot be kept")]);
});
