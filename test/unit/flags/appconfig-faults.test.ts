import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, vi, type TestContext } from "vitest";
import { systemClock, type Clock } from "../../../gateway/clock.ts";
import { agentFlags } from "../../../gateway/flags/agent.ts";
import { appConfigFlags } from "../../../gateway/flags/appconfig.ts";
import { flagOf } from "../../../gateway/flags/decide.ts";
import type { FlagSource } from "../../../gateway/flags/flag-source.ts";
import type { FlipResult } from "../../../gateway/flags/writer.ts";
import type { PollDisturbance } from "../../../local-aws/appconfig/control-api.ts";
import { deployedFlags, type DeployedFlags } from "../../support/deployed-flags.ts";
import { gate } from "../../support/gate.ts";
import { localAgent } from "../../support/local-agent.ts";
import { localAppConfig, type LocalAppConfig } from "../../support/local-appconfig.ts";
import { routeOf } from "../routes/route-of.ts";

/**
 * Everything that goes wrong with flags in AppConfig, and what becomes of them: at the start, while a gateway runs, when
 * they are changed, and with clocks. How the calls of a flip fail, one by one, is in appconfig-writer-faults.test.ts.
 */

const SLOW = { timeout: 60_000 };
const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 30_000, interval: 50 });
/** Of the test that something is for: several run at a time. */
type Finished = TestContext["onTestFinished"];
const PLACE = { application: "shop", environment: "prod", profile: "flags" };

interface Gateway {
  readonly flags: FlagSource;
  /** Versions that came into use, in order. */
  readonly used: readonly string[];
  readonly rejected: readonly string[];
  readonly cacheFile: string;
}

/** The flags of one gateway, not started; stopped when the test is over. */
async function gateway(
  finished: Finished,
  endpoint: string,
  { kept = null, clock = systemClock }: { readonly kept?: string | null; readonly clock?: Clock } = {},
): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), "faults-"));
  const cacheFile = join(folder, "data", "kept.json");
  if (kept !== null) {
    await mkdir(dirname(cacheFile));
    await writeFile(cacheFile, kept);
  }
  const used: string[] = [];
  const rejected: string[] = [];
  const flags = appConfigFlags({
    region: "eu-central-1",
    endpoint,
    ...PLACE,
    pollMs: 1_000,
    cacheFile,
    clock,
    onChange: ({ version }) => used.push(version),
    onRejected: (problem) => rejected.push(problem),
  });
  finished(async () => {
    await flags.stop();
    await rm(folder, { recursive: true });
  });
  return { flags, used, rejected, cacheFile };
}

async function appConfig(finished: Finished): Promise<LocalAppConfig> {
  const local = await localAppConfig();
  finished(() => local.end());
  return local;
}

/** A place that AppConfig does not answer at. */
async function down(): Promise<string> {
  return "http://127.0.0.1:1";
}
async function silent(finished: Finished): Promise<string> {
  const server = createServer((socket) => socket.resume().on("error", () => undefined)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  finished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
async function noFlags(finished: Finished): Promise<string> {
  const { aws, deploy } = await appConfig(finished);
  deploy("[]");
  return aws.url;
}
const empty = async (finished: Finished) => (await appConfig(finished)).aws.url;

type Start = [
  what: string,
  where: (finished: Finished) => Promise<string>,
  kept: string | null,
  inUse: string | RegExp,
  says: string,
];

describe.concurrent("at the start", SLOW, () => {
  const KEPT = '{"version": 7}';
  const KEPT_FEATURES = '{"get-order": {"enabled": true, "stage": "shadow"}}';
  const NOTHING = "every route is in the stage that routes.yaml names";

  it.for<Start>([
    ["AppConfig is down and nothing was kept", down, null, "none", NOTHING],
    ["AppConfig is down and flags were kept", down, KEPT, "7", "version 7, kept in"],
    ["AppConfig is down and features were kept", down, KEPT_FEATURES, /^ff-/, "kept in"],
    ["AppConfig is down and what was kept is torn", down, '{"version":', "none", NOTHING],
    ["AppConfig never answers and nothing was kept", silent, null, "none", "not answered within 3000 ms yet"],
    ["AppConfig never answers and flags were kept", silent, KEPT, "7", "not answered within 3000 ms yet"],
    ["nothing is deployed", empty, null, "none", "Application not found"],
    ["nothing is deployed any more", empty, KEPT, "7", "Application not found"],
    ["no flags are deployed, and none were kept", noFlags, null, "none", "must hold version"],
    ["no flags are deployed, but some were kept", noFlags, KEPT, "7", "must hold version"],
  ])("%s", async ([, where, kept, inUse, says], { onTestFinished }) => {
    const { flags, rejected } = await gateway(onTestFinished, await where(onTestFinished), { kept });
    await flags.start();
    expect(flags.current().version).toMatch(inUse);
    expect(flags.health()).toMatchObject({ fresh: false, lastReadAt: null });
    expect(flags.health().problem).toContain(says);
    expect(rejected).toEqual([flags.health().problem]);
  });
});

type Disturb = (local: LocalAppConfig) => void;
const poll =
  (fail: NonNullable<PollDisturbance["fail"]>): Disturb =>
  ({ aws }) =>
    aws.disturbPolls({ fail });
const content =
  (text: string, type?: string): Disturb =>
  ({ deploy }) =>
    deploy(text, type);
const BAD_REQUEST = { status: 400, type: "BadRequestException" };
const tokenIs = (Problem: string) => ({
  Message: "x",
  Reason: "InvalidParameters",
  Details: { InvalidParameters: { configuration_token: { Problem } } },
});

async function running(
  finished: Finished,
  endpoint: (local: LocalAppConfig) => Promise<string> | string = ({ aws }) => aws.url,
) {
  const local = await appConfig(finished);
  local.deploy('{"version": 1}');
  const made = await gateway(finished, await endpoint(local));
  await made.flags.start();
  expect(made.flags.health().fresh).toBe(true);
  return { local, ...made };
}

describe.concurrent(
  "while it runs, flags stay in use, it is said once, and what comes next is taken up, after",
  SLOW,
  () => {
    const huge = JSON.stringify({ version: 2, reason: "x".repeat(300_000) });
    const authored = '{"version": "1", "flags": {"a": {"name": "a"}}, "values": {"a": {"enabled": true}}}';

    it.for<[string, Disturb, string | RegExp]>([
      ["an answer that is lost, with its token", poll({ reset: "after" }), /ECONNRESET|socket hang up/],
      ["a connection that is reset", poll({ reset: "before" }), /ECONNRESET|socket hang up/],
      ["three resets in a row", poll({ reset: "before", times: 3 }), /ECONNRESET|socket hang up/],
      ["a token that is refused, and so is the next", poll({ ...BAD_REQUEST, times: 2 }), "As ordered"],
      ["a throttle (429)", poll({ status: 429, type: "ThrottlingException" }), "As ordered"],
      ["an error of AppConfig (500)", poll({ status: 500, type: "InternalServerException" }), "As ordered"],
      ["an error of something before it (503)", poll({ status: 503 }), "it cannot be read: "],
      [
        "a permission that is taken away (403)",
        poll({ status: 403, type: "AccessDeniedException" }),
        "As ordered",
      ],
      ["invalid JSON", content('{"version": ['), "it holds no valid flags:\n1:"],
      [
        "no UTF-8",
        ({ aws }) => aws.configure("shop", "prod", "flags", Buffer.from([0xff, 0xfe]).toString("latin1")),
        "it holds no valid flags",
      ],
      ["a document of another kind", content('{"version": 2, "routs": {}}'), "unknown keys: routs"],
      [
        "a wrong percentage",
        content('{"version": 2, "routes": {"a": {"stage": "canary", "percent": 101}}}'),
        "must be 0–100",
      ],
      ["a document over 256 KiB", content(huge), "at most 256 KiB"],
      [
        "features that are no routes",
        content('{"beta": {"enabled": true, "percent": 4}}'),
        "beta.stage: must name a stage",
      ],
      ["features as they are written", content(authored), "AWS.AppConfig.FeatureFlags"],
      [
        "features with variants, in Amazon Ion",
        content("{a:1}", "application/x-amzn-ion"),
        "take the variants out",
      ],
    ])("%s", async ([, disturb, says], { onTestFinished }) => {
      const { local, flags, used, rejected, cacheFile } = await running(onTestFinished);
      disturb(local);
      await eventually(() => expect(flags.health().fresh).toBe(false));
      expect(flags.current().version).toBe("1");
      expect(flags.health().problem).toMatch(says instanceof RegExp ? says : new RegExp(RegExp.escape(says)));
      expect(flags.health().problem).toContain("version 1 stays in use");
      expect(await readFile(cacheFile, "utf8")).toBe('{"version": 1}');
      local.deploy('{"version": 2}');
      await eventually(() => expect(flags.health().fresh).toBe(true));
      await eventually(() => expect(flags.current().version).toBe("2"));
      expect(rejected).toHaveLength(1);
      expect(used).toEqual(["1", "2"]);
    });
  },
);

describe.concurrent("while it runs, nobody notices", SLOW, () => {
  it.for<[string, Disturb]>([
    ["a token that has expired", ({ aws }) => aws.disturbPolls({ expireTokens: true })],
    ["a token that was used before", poll({ ...BAD_REQUEST, body: tokenIs("Corrupted") })],
    ["a poll that comes too early", poll({ ...BAD_REQUEST, body: tokenIs("PollIntervalNotSatisfied") })],
  ])("%s", async ([, disturb], { onTestFinished }) => {
    const { local, flags, rejected } = await running(onTestFinished);
    disturb(local);
    local.deploy('{"version": 2}');
    await eventually(() => expect(flags.current().version).toBe("2"));
    expect(flags.health().fresh).toBe(true);
    expect(rejected).toEqual([]);
  });
});

describe.concurrent("while it runs, flags stay in use for as long as", SLOW, () => {
  it("AppConfig is gone, were it forever", async ({ onTestFinished }) => {
    let close = () => Promise.resolve();
    const { flags, rejected } = await running(onTestFinished, async ({ aws }) => {
      const way = await gate(aws.url);
      ({ close } = way);
      return way.url;
    });
    await close();
    await eventually(() => expect(flags.health().problem).toContain("ECONNREFUSED"));
    // It is said once, so that only what does not come can tell of the attempts after the first.
    await expect(
      vi.waitFor(() => expect(rejected.length).toBeGreaterThan(1), { timeout: 4_000 }),
    ).rejects.toThrow("expected 1 to be greater");
    expect(flags.current().version).toBe("1");
  });

  it("an answer does not come", async ({ onTestFinished }) => {
    const { local, flags } = await running(onTestFinished, async ({ aws }) => {
      const way = await gate(aws.url);
      onTestFinished(way.close);
      void way.hold(/^GET \/configuration\?/).then((letGo) => (letGo(), way.hold(/^GET \/configuration\?/)));
      return way.url;
    });
    local.deploy('{"version": 2}');
    await eventually(() => expect(flags.health().problem).toContain("no answer within 10000 ms"));
    expect(flags.current().version).toBe("1");
    await eventually(() => expect(flags.current().version).toBe("2"));
  });
});

describe.concurrent("when flags are changed", SLOW, () => {
  const SIGNED = { by: "ann", reason: "evidence is in" };
  async function changed(finished: Finished): Promise<DeployedFlags & { readonly flags: FlagSource }> {
    const deployed = await deployedFlags();
    finished(() => deployed.end());
    deployed.put('{"version": 7}');
    const { flags } = await gateway(finished, deployed.aws.url);
    await flags.start();
    return { ...deployed, flags };
  }

  it("by two people at once, one of them is told, and gateways have what the other did", async ({
    onTestFinished,
  }) => {
    const { writer, flags } = await changed(onTestFinished);
    const flip = (routeId: string) =>
      writer().apply({ routeId, stage: "shadow", expectVersion: "7", ...SIGNED });
    const results = await Promise.all([flip("get-order"), flip("put-order")]);
    const lost = results.filter((result): result is Extract<FlipResult, { made: false }> => !result.made);
    expect(lost).toHaveLength(1);
    expect(lost[0]?.why).toMatch(/^(conflict|busy)$/);
    await eventually(() => expect(flags.current().version).toBe("8"));
    expect([...flags.current().routes.keys()]).toEqual([results[0]?.made ? "get-order" : "put-order"]);
  });

  it("and an alarm rolls that back, gateways go back, too", async ({ onTestFinished }) => {
    const { writer, flags, aws } = await changed(onTestFinished);
    aws.disturbDeployments({ hold: "BAKING" });
    const flip = { routeId: "get-order", stage: "shadow", ...SIGNED } as const;
    expect(await writer().apply(flip)).toMatchObject({ made: true, version: "8" });
    await eventually(() => expect(flags.current().version).toBe("8"));
    aws.disturbDeployments({ alarm: true, hold: null });
    await eventually(() => expect(flags.current().version).toBe("7"));
    expect(flags.health().fresh).toBe(true);
  });
});

describe.concurrent("when the wall clock jumps by hours", SLOW, () => {
  const HOUR_MS = 3_600_000;
  const JUMPS = [
    ["forward", 5 * HOUR_MS],
    ["backward", -5 * HOUR_MS],
  ] as const;
  function jumping(): Clock & { offsetMs: number } {
    const clock = { ...systemClock, offsetMs: 0, now: () => Date.now() + clock.offsetMs };
    return clock;
  }

  it.for(JUMPS)(
    "%s, polls go on, no closer together than before",
    async ([, offsetMs], { onTestFinished }) => {
      const jumped = jumping();
      const agent = await localAgent();
      onTestFinished(() => agent.end());
      const askedAt: number[] = [];
      agent.answer((_req, res) => {
        askedAt.push(performance.now());
        res.end('{"version": 1}');
      });
      const folder = await mkdtemp(join(tmpdir(), "faults-"));
      const flags = agentFlags({
        url: agent.url,
        ...PLACE,
        pollMs: 200,
        cacheFile: join(folder, "kept.json"),
        clock: jumped,
      });
      onTestFinished(async () => {
        await flags.stop();
        await rm(folder, { recursive: true });
      });
      await flags.start();
      jumped.offsetMs = offsetMs;
      const { length } = askedAt;
      await eventually(() => expect(askedAt.length).toBeGreaterThan(length + 4));
      const gaps = askedAt.slice(1).map((at, i) => at - askedAt[i]!);
      // A poll is asked for a moment after the timer, which may be a moment early.
      expect(Math.min(...gaps)).toBeGreaterThan(150);
      expect(Math.abs(flags.health().lastReadAt! - Date.now() - offsetMs)).toBeLessThan(HOUR_MS);
    },
  );

  it.for(JUMPS)(
    "%s, what is served is taken up, and `until` counts by the new time",
    async ([, offsetMs], { onTestFinished }) => {
      const jumped = jumping();
      const { aws, deploy } = await appConfig(onTestFinished);
      deploy('{"version": 1}');
      const { flags, rejected } = await gateway(onTestFinished, aws.url, { clock: jumped });
      await flags.start();
      jumped.offsetMs = offsetMs;
      const until = new Date(Date.now()).toISOString();
      deploy(JSON.stringify({ version: 2, routes: { "get-order": { stage: "cutover", until } } }));
      await eventually(() => expect(flags.current().version).toBe("2"));
      const route = { ...routeOf("GET * /a/{id}"), id: "get-order" };
      expect(flagOf(route, flags.current(), jumped.now()).stage).toBe(offsetMs < 0 ? "cutover" : route.stage);
      expect(rejected).toEqual([]);
    },
  );
});
