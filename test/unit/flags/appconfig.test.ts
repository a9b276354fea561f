import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
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
const LOST = { fail: { reset: "after" } } as const;
const REFUSED_TWICE = { fail: { status: 400, type: "BadRequestException", times: 2 } };
const THROTTLED = { fail: { status: 429, type: "ThrottlingException" } };
const BROKEN = { fail: { status: 500, type: "InternalServerException" } };
const UNTYPED = { fail: { status: 503 } };
const RESET = { fail: { reset: "before" } } as const;

describe("appConfigFlags", ALL, () => {
  it("takes empty answers for unchanged flags", async () => {
    const flags = await started();
    const snapshot = flags.current();
    await polledAgain(flags);
    expect(flags.current()).toBe(snapshot);
    expect(changed).toEqual(["1"]);
    expect(rejected).toEqual([]);
  });

  it("begins a new session when its token has expired, and nobody notices", async () => {
    const flags = await started();
    local.aws.disturbPolls(EXPIRED);
    await polledAgain(flags);
    local.deploy('{"version": 2}');
    await becomes(flags, "2");
    expect(rejected).toEqual([]);
    expect(changed).toEqual(["1", "2"]);
  });

  it.each([
    ["a lost answer, which spends the token", LOST, "ECONNRESET"],
    ["a refused token twice", REFUSED_TWICE, "As ordered"],
    ["a throttle", THROTTLED, "As ordered"],
    ["an internal error", BROKEN, "As ordered"],
    ["an untyped error", UNTYPED, ""],
    ["a connection reset", RESET, "ECONNRESET"],
  ])("keeps its flags through %s, says so once, and recovers", async (_, disturbance, mentioned) => {
    const flags = await started();
    local.aws.disturbPolls(disturbance);
    await goesStale(flags);
    expect(flags.current().version).toBe("1");
    expect(flags.health().problem).toMatch(/^AppConfig shop\/prod\/flags: it cannot be read: ./);
    expect(flags.health().problem).toContain("version 1 stays in use");
    local.deploy('{"version": 2}');
    await becomes(flags, "2");
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatch(mentioned === "" ? /./ : new RegExp(`${mentioned}|socket hang up`));
  });

  it("waits when it came too early, with its token, and takes that for no failure", async () => {
    const flags = await started();
    const early = {
      Message: "x",
      Reason: "InvalidParameters",
      Details: { InvalidParameters: { configuration_token: { Problem: "PollIntervalNotSatisfied" } } },
    };
    local.aws.disturbPolls({ fail: { status: 400, type: "BadRequestException", body: early } });
    await polledAgain(flags);
    expect(rejected).toEqual([]);
    expect(changed).toEqual(["1"]);
  });

  it.each([
    ["no JSON", '{"version": [', undefined, "it holds no valid flags:\n1:"],
    ["another shape", '{"version": 2, "routs": {}}', undefined, "routs"],
    ["feature flags", '{"beta": {"enabled": true, "percent": 4}}', undefined, "feature-flag profile"],
    ["multi-variant flags", "{a:1}", "application/x-amzn-ion", "multi-variant"],
  ])("refuses %s as a whole", async (_, content, contentType, mentioned) => {
    const flags = await started();
    local.deploy(content, contentType);
    await goesStale(flags);
    expect(flags.current().version).toBe("1");
    expect(flags.health().problem).toContain(mentioned);
    expect(await readFile(cacheFile, "utf8")).toBe('{"version": 1}');
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

describe("appConfigFlags, started while AppConfig is down,", ALL, () => {
  const DOWN = "http://127.0.0.1:1";

  it("has no flags when none were kept", async () => {
    const flags = source(DOWN);
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
    expect(flags.health()).toMatchObject({ fresh: false, lastReadAt: null });
    expect(flags.health().problem).toContain("ECONNREFUSED");
  });

  it("uses the flags that were kept, and says so", async () => {
    local.deploy('{"version": 7, "kill": true}');
    const before = source();
    await before.start();
    await before.stop();
    expect(await readdir(join(cacheFile, ".."))).toEqual(["kept.json"]);

    const flags = source(DOWN);
    await flags.start();
    expect(flags.current()).toMatchObject({ version: "7", killed: true });
    expect(flags.health()).toMatchObject({ fresh: false, lastReadAt: null });
    expect(flags.health().problem).toContain(`version 7, kept in ${cacheFile}, stays in use`);
  });

  it("trusts nothing that was kept and is damaged", async () => {
    await mkdir(join(cacheFile, ".."));
    await writeFile(cacheFile, '{"version": 7, "ki');
    const flags = source(DOWN);
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
  });

  it("does not wait for an AppConfig that never answers", async () => {
    const silent = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const flags = source(`http://127.0.0.1:${address.port}`);
    await flags.start();
    expect(flags.health().problem).toContain("it has not answered within 3000 ms yet");
    await flags.stop();
    silent.close();
    await once(silent, "close");
  });
});

it("says when flags cannot be kept, and uses them all the same", async () => {
  await writeFile(join(cacheFile, ".."), "a file where the folder should be");
  const flags = await started();
  expect(flags.current().version).toBe("1");
  expect(rejected).toEqual([expect.stringContaining("flags cannot be kept")]);
});
