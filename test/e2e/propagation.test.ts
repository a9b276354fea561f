import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEnv } from "../../gateway/config/env.ts";
import { startGateway } from "../../gateway/main.ts";
import { startLocalAws, type LocalAws } from "../../local-aws/server.ts";
import { localAgent, type LocalAgent } from "../support/local-agent.ts";
import { answering, rawServer, type RawServer } from "../support/raw-server.ts";

/**
 * From a flip to the last request on the old side, for each place that flags can be in. Polls are set as short as they
 * may be; in production they are what routes.yaml says.
 */

const FLIPS = 8;
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlegacy";
const flagsText = (version: number, stage: string) =>
  JSON.stringify({ version, routes: { order: { stage } } });

interface Source {
  readonly name: string;
  /** The `flags:` part of routes.yaml, where it has one. */
  readonly flags: string;
  readonly put: (text: string) => void;
}

let folder: string;
let aws: LocalAws;
let legacy: RawServer;
let agent: LocalAgent;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "propagation-"));
  const functions = join(folder, "functions");
  mkdirSync(join(functions, "named"), { recursive: true });
  writeFileSync(join(functions, "named/function.json"), '{ "handler": "handler.handler" }');
  const handler = "export const handler = async () => ({ statusCode: 200, body: 'function' });\n";
  writeFileSync(join(functions, "named/handler.mjs"), handler);
  aws = await startLocalAws({ port: 0, functionsDir: functions, quiet: true, appConfigPollS: 1 });
  legacy = await rawServer(answering(OK));
  agent = await localAgent();
});
afterAll(async () => {
  await Promise.all([aws.close(), legacy.close(), agent.end()]);
  rmSync(folder, { recursive: true });
});

/** Not known before the servers run. */
const SOURCES: readonly (() => Source)[] = [
  () => {
    const path = join(folder, "flags.json");
    return {
      name: "file",
      flags: `{ source: file, file: ${path} }`,
      put: (text) => writeFileSync(path, text),
    };
  },
  () => ({
    name: "AppConfig, polled each second",
    flags: "{ source: appconfig, application: shop, environment: prod, profile: flags, poll: 1s }",
    put: (text) => aws.configure("shop", "prod", "flags", text),
  }),
  () => ({
    name: "AppConfig Agent, asked each second",
    flags: `{ source: appconfig-agent, url: "${agent.url}", application: shop, environment: prod, profile: flags, poll: 1s }`,
    put: (text) => agent.serve(text),
  }),
];

describe("a flip", () => {
  it.each(SOURCES)("reaches every request", { timeout: 60_000 }, async (sourceOf) => {
    const { name, flags, put } = sourceOf();
    put(flagsText(1, "legacy"));
    await using gateway = await running(flags);
    await expect.poll(() => bodyFrom(gateway.port), { timeout: 20_000 }).toBe("legacy");
    const took: number[] = [];
    for (let flip = 0; flip < FLIPS; flip++) {
      const side = flip % 2 === 0 ? "function" : "legacy";
      const flippedAt = performance.now();
      put(flagsText(flip + 2, side === "function" ? "cutover" : "legacy"));
      took.push((await lastOnOtherSide(gateway.port, side)) - flippedAt);
    }
    took.sort((a, b) => a - b);
    console.log(
      `${name}: from flip to the last request on the old side, median ${took[FLIPS / 2]!.toFixed(0)} ms, most ${took.at(-1)!.toFixed(0)} ms`,
    );
    expect(took).toHaveLength(FLIPS);
  });
});

/** When the last request was begun that the other side answered, asking all the time until 50 in a row came from `side`. */
async function lastOnOtherSide(port: number, side: string): Promise<number> {
  let last = performance.now();
  for (let inRow = 0; inRow < 50;) {
    const askedAt = performance.now();
    if ((await bodyFrom(port)) === side) inRow++;
    else [inRow, last] = [0, askedAt];
    await pause(2);
  }
  return last;
}

function bodyFrom(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/o/1" }, (res) => {
      let body = "";
      res.on("data", (chunk: Buffer) => (body += chunk.toString()));
      res.once("end", () => resolve(body === "function" ? "function" : "legacy"));
    });
    request.once("error", reject);
  });
}

async function running(flags: string) {
  const data = mkdtempSync(join(folder, "gateway-"));
  const config = join(data, "routes.yaml");
  writeFileSync(
    config,
    `version: 1
legacy: { url: "${legacy.url}" }
aws: { endpoint: "${aws.url}", reportPercent: 0 }
flags: ${flags}
routes:
  order: { match: { method: GET, path: "/o/{id}" }, function: { lambda: named } }
`,
  );
  const gateway = await startGateway(
    readEnv({
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      BANYAN_CONFIG: config,
      BANYAN_DATA: data,
      LOG_LEVEL: "silent",
    }),
  );
  return { port: gateway.port, [Symbol.asyncDispose]: () => gateway.stop() };
}
