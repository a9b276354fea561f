import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEnv } from "../../gateway/config/env.ts";
import { systemClock } from "../../gateway/clock.ts";
import { appConfigFlagWriter } from "../../gateway/flags/appconfig-writer.ts";
import { bucketsIn } from "../../gateway/flags/bucket.ts";
import { startGateway, type RunningGateway } from "../../gateway/main.ts";
import { silentTelemetry } from "../../gateway/telemetry/silent.ts";
import type { RequestFinished } from "../../gateway/telemetry/telemetry.ts";
import { startLocalAws, type LocalAws } from "../../local-aws/server.ts";
import { answering, rawServer, type RawServer } from "../support/raw-server.ts";

/**
 * Three gateways on one AppConfig profile, flipped through their operators' API while clients come and go. Functions and
 * monolith answer with their name, so that every answer tells who gave it.
 */

const GATEWAYS = 3;
const CLIENTS = 20;
const FLIPS = 100;
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlegacy";

interface Answer {
  readonly status: number;
  readonly body: string;
}

class Fleet implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "banyan-fleet-"));
  readonly finished: RequestFinished[] = [];
  readonly gateways: RunningGateway[] = [];
  readonly aws: LocalAws;
  readonly legacy: RawServer;

  private constructor(aws: LocalAws, legacy: RawServer) {
    this.aws = aws;
    this.legacy = legacy;
  }

  static async start(): Promise<Fleet> {
    const functions = mkdtempSync(join(tmpdir(), "banyan-fleet-functions-"));
    mkdirSync(join(functions, "named"));
    writeFileSync(join(functions, "named/function.json"), '{ "handler": "handler.handler" }');
    writeFileSync(
      join(functions, "named/handler.mjs"),
      "export const handler = async () => ({ statusCode: 200, body: 'function' });\n",
    );
    const aws = await startLocalAws({ port: 0, functionsDir: functions, quiet: true, appConfigPollS: 1 });
    aws.configure("shop", "prod", "banyan", '{ "version": 0, "kill": false, "routes": {} }');
    const fleet = new Fleet(aws, await rawServer(answering(OK)));
    for (let i = 0; i < GATEWAYS; i++) fleet.gateways.push(await fleet.#startGateway(i));
    return fleet;
  }

  #startGateway(index: number): Promise<RunningGateway> {
    const data = join(this.folder, String(index));
    mkdirSync(data);
    const config = join(data, "routes.yaml");
    writeFileSync(
      config,
      `version: 1
legacy: { url: "${this.legacy.url}" }
aws: { endpoint: "${this.aws.url}", reportPercent: 0 }
flags: { source: appconfig, application: shop, environment: prod, profile: banyan, poll: 1s }
routes:
  order: { match: { method: GET, path: "/o/{id}" }, function: { lambda: named }, stickyBy: ["header:x-user-id"] }
`,
    );
    const settings = readEnv({
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      BANYAN_CONFIG: config,
      BANYAN_DATA: data,
      LOG_LEVEL: "silent",
    });
    const listener = {
      ...silentTelemetry,
      requestFinished: (event: RequestFinished) => void this.finished.push(event),
    };
    return startGateway(settings, [listener]);
  }

  async operate(index: number, path: string, body?: object): Promise<Record<string, unknown>> {
    const url = `http://127.0.0.1:${this.gateways[index]!.adminPort}${path}`;
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    };
    const answer = await fetch(url, body === undefined ? {} : init);
    return (await answer.json()) as Record<string, unknown>;
  }

  async versions(): Promise<string[]> {
    const all = this.gateways.map(async (_, i) => {
      const { flags } = (await this.operate(i, "/api/status")) as { flags: { version: string } };
      return flags.version;
    });
    return Promise.all(all);
  }

  /** Clients ask all gateways in turn until they are told to stop. */
  clients(user: (client: number) => string) {
    const answers: Answer[] = [];
    const agent = new http.Agent({ keepAlive: true });
    const over = new AbortController();
    const ask = (port: number, client: number) =>
      new Promise<Answer>((resolve, reject) => {
        const headers = { "x-user-id": user(client) };
        const req = http.request({ port, host: "127.0.0.1", agent, path: `/o/${client}`, headers }, (res) => {
          let body = "";
          res.on("data", (chunk: Buffer) => (body += chunk.toString()));
          res.once("end", () => resolve({ status: res.statusCode!, body }));
        });
        req.once("error", reject).end();
      });
    const asking = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let turn = 0; !over.signal.aborted; turn++) {
        answers.push(await ask(this.gateways[turn % this.gateways.length]!.port, client));
        await pause(20 + Math.random() * 60);
      }
    });
    return {
      answers,
      async stop() {
        over.abort();
        await Promise.all(asking);
        agent.destroy();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.aws.close();
    await this.legacy.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe("three gateways on one AppConfig profile", () => {
  let fleet: Fleet;
  const percentOf = new Map<string, number>([["0", 0]]);
  let answers: Answer[];
  let arrivedAfterMs = 0;

  beforeAll(async () => {
    fleet = await Fleet.start();
    const clients = fleet.clients((client) => `user-${client}`);
    // From somebody's laptop: no gateway has to have heard of the flip before.
    const address = { application: "shop", environment: "prod", profile: "banyan" };
    const writer = appConfigFlagWriter({
      region: "eu-central-1",
      endpoint: fleet.aws.url,
      ...address,
      clock: systemClock,
      pollMs: 20,
    });
    let newest = "0";
    for (let i = 0; i < FLIPS; i++) {
      const percent = [10, 50, 25, 90][i % 4]!;
      const flip = { routeId: "order", stage: "canary", percent, reason: `flip ${i}`, by: "test" } as const;
      const result = await writer.apply(flip);
      if (!result.made) throw new Error(result.message);
      newest = result.version;
      percentOf.set(newest, percent);
      await pause(60);
    }
    const flippedAt = performance.now();
    while ((await fleet.versions()).some((version) => version !== newest)) await pause(10);
    arrivedAfterMs = performance.now() - flippedAt;
    writer.close();
    await clients.stop();
    answers = clients.answers;
  }, 200_000);
  afterAll(() => fleet[Symbol.asyncDispose]());

  it("fail no request over a hundred flips", () => {
    const seen = new Set(fleet.finished.map(({ decision }) => decision.flagVersion));
    process.stdout.write(
      `${answers.length} requests of ${CLIENTS} clients, ${percentOf.size - 1} flips, ${seen.size} versions seen by requests; the last one was on all gateways after ${arrivedAfterMs.toFixed(0)} ms (polled every second)\n`,
    );
    expect(percentOf.size - 1).toBe(FLIPS);
    expect(answers.length).toBeGreaterThan(500);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(fleet.finished.filter(({ fallbackFrom }) => fallbackFrom !== null)).toEqual([]);
  });

  it("have every client on the side of its bucket, for each version that they ran", () => {
    const canary = fleet.finished.filter(({ decision }) => decision.stage === "canary");
    expect(canary.length).toBeGreaterThan(300);
    const wrong = canary.filter(({ decision: { bucket, flagVersion }, answeredBy }) => {
      const isIn = bucket! < bucketsIn(percentOf.get(flagVersion)!);
      return answeredBy !== (isIn ? "function" : "legacy");
    });
    expect(wrong).toEqual([]);
  });
});

describe("the kill switch with AppConfig unreachable", () => {
  it("has all of this gateway's traffic on legacy at once, by the word of those who answered", async () => {
    await using fleet = await Fleet.start();
    const flip = { route: "order", stage: "cutover", force: true, reason: "all of it", by: "test" };
    expect(await fleet.operate(0, "/api/flip", flip)).toMatchObject({ made: true });
    await expect.poll(() => fleet.versions(), { timeout: 10_000 }).toEqual(["1", "1", "1"]);
    fleet.aws.disturbPolls({ fail: { reset: "before", times: 1_000_000 } });
    fleet.aws.disturbDeployments({ failCall: { reset: "before", times: 1_000_000 } });

    const clients = fleet.clients((client) => `user-${client}`);
    await expect.poll(() => clients.answers.length, { timeout: 20_000 }).toBeGreaterThan(100);
    expect(clients.answers.map(({ body }) => body)).not.toContain("legacy");
    const startedAt = Date.now();
    const killed = Promise.all(
      fleet.gateways.map((_, i) => fleet.operate(i, "/api/kill", { on: true, reason: "it burns" })),
    );
    await pause(1_500);
    await clients.stop();
    const lateFunctions = fleet.finished.filter(
      ({ answeredBy, request }) => answeredBy === "function" && request.receivedAt > startedAt,
    );
    const last = Math.max(startedAt, ...lateFunctions.map(({ request }) => request.receivedAt)) - startedAt;
    process.stdout.write(`last request to a function came in ${last} ms after the kill was asked for\n`);
    expect(clients.answers.at(-1)!.body).toBe("legacy");
    // Far above what it takes, far below any poll: what is held is that no network is waited for.
    expect(last).toBeLessThan(1_000);
    for (const answer of await killed)
      expect(answer).toMatchObject({ made: true, notes: expect.anything() as unknown });
  }, 60_000);
});
