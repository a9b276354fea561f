import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnv } from "../gateway/config/env.ts";
import { startGateway } from "../gateway/main.ts";

/**
 * `npm run bench:mirror`: what clients notice of mirroring everything. Two gateways with the same routes, one of which
 * copies all of them, are asked in turn at a fixed rate; latency counts from when a request was due.
 */

const ROUNDS = 5;
const ROUND_MS = 3_000;
const PER_SECOND = 300;
const ORDER = JSON.stringify({
  id: 1,
  lines: Array.from({ length: 20 }, (_, n) => ({ sku: `SKU-${n}`, n })),
});
const OTHER = ORDER.replace('"n":7', '"n":8');

/** Made once: this machine is to be busy with the gateway. */
const HUGE = Buffer.alloc(10e6, "x");

/** What the function does, by name. */
const FUNCTIONS: Readonly<Record<string, (res: http.ServerResponse) => void>> = {
  "equal bytes": (res) => void res.writeHead(200, { "content-type": "application/json" }).end(ORDER),
  "one value differs": (res) => void res.writeHead(200, { "content-type": "application/json" }).end(OTHER),
  "slow (2 s)": (res) =>
    void setTimeout(() => res.writeHead(200, { "content-type": "application/json" }).end(ORDER), 2_000),
  dead: (res) => void res.destroy(),
  "10 MB": (res) => void res.writeHead(200, { "content-type": "application/json" }).end(HUGE),
};

const [, , role, ...args] = process.argv;
if (role === "server") {
  const behave = FUNCTIONS[args[0]!]!;
  const server = http.createServer((_req, res) => behave(res));
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
} else if (role === "gateway") {
  const [percent, legacy, other, folder] = args;
  const config = join(folder!, `routes-${percent}.yaml`);
  writeFileSync(
    config,
    `version: 1
legacy: { url: "http://127.0.0.1:${legacy}" }
mirror: { perSecond: 100000 }
evidence: { file: ${join(folder!, `${percent}.db`)} }
routes:
  order: { match: { method: GET, path: /order }, function: { url: "http://127.0.0.1:${other}" }, stage: shadow, shadow: { percent: ${percent}, secondary: 0 } }
`,
  );
  const environment = { HOST: "127.0.0.1", PORT: "0", ADMIN_PORT: "0", LOG_LEVEL: "silent" };
  const settings = { ...environment, BANYAN_CONFIG: config, BANYAN_DATA: join(folder!, percent!) };
  const gateway = await startGateway(readEnv(settings));
  process.on("message", () => process.send!(process.memoryUsage().rss));
  process.send!(gateway.port);
} else {
  for (const name of Object.keys(FUNCTIONS)) await measure(name);
}

async function measure(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-mirror-"));
  const legacy = await part("server", "equal bytes");
  const other = await part("server", name);
  const ports = [String(legacy.port), String(other.port), folder];
  const [quiet, mirroring] = [await part("gateway", "0", ...ports), await part("gateway", "100", ...ports)];
  await load(quiet.port);
  await load(mirroring.port);
  const before = await mirroring.rss();
  const rounds = { p50: [] as number[], p99: [] as number[] };
  let failed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const without = await load(quiet.port);
    const with_ = await load(mirroring.port);
    failed += with_.failed;
    rounds.p50.push(with_.p50 / without.p50);
    rounds.p99.push(with_.p99 / without.p99);
  }
  const grown = ((await mirroring.rss()) - before) / 1e6;
  const [p50, p99] = [median(rounds.p50), median(rounds.p99)];
  console.log(
    `function ${name}: clients' p50 × ${p50.toFixed(2)}, p99 × ${p99.toFixed(2)} (medians of ${ROUNDS} interleaved rounds at ${PER_SECOND}/s), ${failed} failed, RSS ${grown >= 0 ? "+" : ""}${grown.toFixed(0)} MB`,
  );
  for (const { end } of [quiet, mirroring, other, legacy]) end();
  rmSync(folder, { recursive: true, force: true });
}

async function part(...all: string[]) {
  const child = fork(import.meta.filename, all);
  const answer = () =>
    new Promise<number>((resolve) => child.once("message", (message) => resolve(Number(message))));
  const port = await answer();
  const rss = () => {
    const told = answer();
    child.send("rss");
    return told;
  };
  return { port, rss, end: () => void child.kill("SIGKILL") };
}

/** A round at a fixed rate, whatever the answers do. */
async function load(port: number): Promise<{ p50: number; p99: number; failed: number }> {
  const agent = new http.Agent({ keepAlive: true });
  const tookMs: number[] = [];
  let failed = 0;
  const ask = (dueAt: number) =>
    new Promise<void>((resolve) => {
      const request = http.get({ host: "127.0.0.1", port, path: "/order", agent }, (res) => {
        res.resume().once("end", () => {
          tookMs.push(performance.now() - dueAt);
          resolve();
        });
      });
      request.once("error", () => {
        failed++;
        resolve();
      });
    });
  const startedAt = performance.now();
  const asked: Promise<void>[] = [];
  for (let n = 0; n < (ROUND_MS / 1000) * PER_SECOND;) {
    const due = startedAt + (n * 1000) / PER_SECOND;
    if (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    else {
      asked.push(ask(due));
      n++;
    }
  }
  await Promise.all(asked);
  agent.destroy();
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.floor(tookMs.length * share)]!;
  return { p50: at(0.5), p99: at(0.99), failed };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
