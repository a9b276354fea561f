import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../gateway/clock.ts";
import { agentSession } from "../../../gateway/flags/agent-session.ts";
import { agentFlags, type AgentFlagsOptions } from "../../../gateway/flags/agent.ts";
import { NO_FLAGS, type FlagSource } from "../../../gateway/flags/flag-source.ts";
import { localAgent, type LocalAgent } from "../../support/local-agent.ts";

let agent: LocalAgent;
let folder: string;
let changed: string[];
let rejected: string[];
let sources: FlagSource[];

beforeEach(async () => {
  agent = await localAgent();
  folder = await mkdtemp(join(tmpdir(), "agent-"));
  changed = [];
  rejected = [];
  sources = [];
});
afterEach(async () => {
  await Promise.all(sources.map((source) => source.stop()));
  await agent.end();
  await rm(folder, { recursive: true });
});

function source(options: Partial<AgentFlagsOptions> = {}): FlagSource {
  const made = agentFlags({
    url: agent.url,
    application: "shop",
    environment: "prod",
    profile: "flags",
    pollMs: 20,
    cacheFile: join(folder, "kept.json"),
    clock: systemClock,
    onChange: ({ version }) => changed.push(version),
    onRejected: (problem) => rejected.push(problem),
    ...options,
  });
  sources.push(made);
  return made;
}

async function started(options: Partial<AgentFlagsOptions> = {}): Promise<FlagSource> {
  agent.serve('{"version": 1}');
  const flags = source(options);
  await flags.start();
  expect(flags.health()).toMatchObject({ fresh: true, problem: null });
  return flags;
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000 });
const goesStale = (flags: FlagSource) => eventually(() => expect(flags.health().fresh).toBe(false));
const becomes = (flags: FlagSource, version: string) =>
  eventually(() => {
    expect(flags.current().version).toBe(version);
    expect(flags.health().fresh).toBe(true);
  });

describe("agentFlags", { timeout: 30_000 }, () => {
  it("asks for the configuration by its names, escaped", async () => {
    await started({ application: "a/b c", environment: "prod", profile: "flags?" });
    expect(agent.asked[0]).toBe("/applications/a%2Fb%20c/environments/prod/configurations/flags%3F");
  });

  it("finds an agent behind a path, with or without a slash at its end", async () => {
    const path = "/agent/applications/shop/environments/prod/configurations/flags";
    for (const url of [`${agent.url}/agent`, `${agent.url}/agent/`]) {
      const before = agent.asked.length;
      await started({ url });
      expect(agent.asked[before]).toBe(path);
      await Promise.all(sources.map((flags) => flags.stop()));
    }
  });

  it("shows the agent its token, and nothing when it has none", async () => {
    const shown: unknown[] = [];
    agent.answer((req, res) => {
      shown.push(req.headers.authorization);
      res.end('{"version": 1}');
    });
    await source({ accessToken: "s3cret" }).start();
    await source().start();
    expect(new Set(shown)).toEqual(new Set(["Bearer s3cret", undefined]));
  });

  it("takes the same configuration for unchanged, and a new one at once", async () => {
    const flags = await started();
    const snapshot = flags.current();
    const { length } = agent.asked;
    await eventually(() => expect(agent.asked.length).toBeGreaterThan(length + 2));
    expect(flags.current()).toBe(snapshot);
    agent.serve('{"version": 2}');
    await becomes(flags, "2");
    expect(changed).toEqual(["1", "2"]);
    expect(rejected).toEqual([]);
  });

  it.each([
    [400, "BadRequestException", "check the names"],
    [401, "Unauthorized", "ACCESS_TOKEN"],
    [404, "ResourceNotFoundException", "check the names"],
    [500, "InternalServerException", "the agent's log"],
    [502, "BadGatewayException", "the agent's log"],
    [504, "GatewayTimeoutException", "the agent's log"],
  ])(
    "keeps its flags through %i, says what was said and what to do, and recovers",
    async (status, said, todo) => {
      const flags = await started();
      agent.answer((_, res) => res.writeHead(status).end(`${said}\n\u001b[31m`));
      await goesStale(flags);
      expect(flags.current().version).toBe("1");
      expect(flags.health().problem).toContain(`answered ${status} (${said} [31m): `);
      expect(flags.health().problem).toContain(todo);
      expect(flags.health().problem).toContain("version 1 stays in use");
      agent.serve('{"version": 2}');
      await becomes(flags, "2");
      expect(rejected).toHaveLength(1);
    },
  );

  it("follows no redirect", async () => {
    const flags = await started();
    const elsewhere = await localAgent();
    elsewhere.serve('{"version": 9}');
    agent.answer((_, res) => res.writeHead(302, { location: elsewhere.url }).end());
    await goesStale(flags);
    expect(flags.health().problem).toContain("redirects are not followed");
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.end();
  });

  it("reads 256 KiB and not more, however much comes", async () => {
    const flags = await started();
    agent.serve('{"version": 2}'.padEnd(256 * 1024));
    await becomes(flags, "2");
    let isCutOff = false;
    agent.answer((_, res) => {
      const more = () => res.write(Buffer.alloc(64 * 1024, " "));
      res.on("drain", more).on("close", () => (isCutOff = true));
      more();
    });
    await goesStale(flags);
    expect(flags.health().problem).toContain("larger than 256 KiB");
    await eventually(() => expect(isCutOff).toBe(true));
  });

  it("keeps its flags when an answer breaks off, and when there is none", async () => {
    const flags = await started();
    agent.answer((_, res) => {
      res.writeHead(200, { "content-length": "100" }).write('{"version": 2}', () => res.destroy());
    });
    await goesStale(flags);
    expect(flags.health().problem).toMatch(/it cannot be read: ./);
    agent.answer((req) => req.socket.destroy());
    await eventually(() => expect(flags.health().problem).toContain("does not answer"));
    expect(flags.current().version).toBe("1");
  });

  it.each([
    ["nothing", "", undefined, "it holds no valid flags"],
    ["no JSON", '{"version": [', undefined, "it holds no valid flags:\n1:"],
    ["feature flags", '{"beta": {"enabled": true}}', undefined, "feature-flag profile"],
    ["multi-variant flags", "{a:1}", "application/x-amzn-ion", "multi-variant"],
  ])(
    "refuses %s as a whole, and stays not fresh as long as that is served",
    async (_, content, type, words) => {
      const flags = await started();
      agent.serve(content, type);
      await goesStale(flags);
      const said = flags.health();
      const { length } = agent.asked;
      await eventually(() => expect(agent.asked.length).toBeGreaterThan(length + 2));
      expect(flags.health()).toBe(said);
      expect(said.problem).toContain(words);
      expect(flags.current().version).toBe("1");
      expect(rejected).toHaveLength(1);
    },
  );

  it("takes up what is served after a restart of its own", async () => {
    const flags = await started();
    await flags.stop();
    await flags.start();
    expect(flags.health().fresh).toBe(true);
    agent.serve('{"version": 2}');
    await becomes(flags, "2");
  });

  it.each(["", "localhost:2772", "ftp://localhost", "not a url"])(
    "refuses %j as a URL, and says so",
    (url) => {
      expect(() => source({ url })).toThrow("write one such as http://localhost:2772");
    },
  );
});

describe("agentFlags, started before the agent,", { timeout: 30_000 }, () => {
  const DOWN = "http://localhost:1";

  it("has no flags when none were kept, and says whom it asked", async () => {
    const flags = source({ url: DOWN });
    await flags.start();
    expect(flags.current()).toBe(NO_FLAGS);
    expect(flags.health().problem).toMatch(
      /the agent at http:\/\/localhost:1 does not answer \(.*ECONNREFUSED/,
    );
  });

  it("uses the flags that were kept", async () => {
    await writeFile(join(folder, "kept.json"), '{"version": 7}');
    const flags = source({ url: DOWN });
    await flags.start();
    expect(flags.current().version).toBe("7");
    expect(flags.health()).toMatchObject({ fresh: false, lastReadAt: null });
  });

  it("takes up its flags as soon as the agent has them", async () => {
    const flags = source();
    await flags.start();
    expect(flags.health().problem).toContain("answered 404 (not found)");
    agent.serve('{"version": 1}');
    await becomes(flags, "1");
  });

  it("does not wait for one that never answers", async () => {
    agent.answer(() => undefined);
    const flags = source();
    await flags.start();
    expect(flags.health().problem).toContain("it has not answered within 3000 ms yet");
  });
});

describe("agentSession", () => {
  it("brings the same configuration once, so that it is not parsed at every poll", async () => {
    agent.serve('{"version": 1}');
    const session = agentSession(new URL(agent.url), null);
    const { signal } = new AbortController();
    const polled = async () => (await session.poll(signal)).content?.toString() ?? null;
    expect([await polled(), await polled()]).toEqual(['{"version": 1}', null]);
    agent.serve('{"version": 2}');
    expect([await polled(), await polled()]).toEqual(['{"version": 2}', null]);
  });
});
