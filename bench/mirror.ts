import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readEnv } from "../gateway/config/env.ts";
import { startGateway } from "../gateway/main.ts";
import { processCost } from "./process-cost.ts";
import { CORES, GATEWAY_FLAGS, nodePart, type Part } from "./processes.ts";
import { median } from "./results.ts";

/**
 * `npm run bench:mirror`: what mirroring everything costs, and what clients notice of it. Two gateways with the same
 * routes, one of which copies all of them, are asked in turn at a fixed rate; latency counts from when a request was due.
 */

const ROUND_MS = 3_000;
/** Copies are made and compared behind their answers. */
const SETTLING_MS = 300;
const ORDER = JSON.stringify({
  id: 1,
  lines: Array.from({ length: 20 }, (_, n) => ({ sku: `SKU-${n}`, n })),
});
const OTHER = ORDER.replace('"n":7', '"n":8');

/** Made once: this machine is to be busy with the gateway. */
const HUGE = Buffer.alloc(10e6, "x");

const json = (res: http.ServerResponse, body: string) =>
  void res
    .writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    .end(body);

/** What the function does, by name. */
const FUNCTIONS: Readonly<Record<string, (res: http.ServerResponse) => void>> = {
  "equal bytes": (res) => json(res, ORDER),
  "one value differs": (res) => json(res, OTHER),
  "slow (2 s)": (res) => void setTimeout(() => json(res, ORDER), 2_000),
  dead: (res) => void res.destroy(),
  "10 MB": (res) => void res.writeHead(200, { "content-type": "application/json" }).end(HUGE),
};

const [, , role = "", ...args] = process.argv;
if (role === "server") {
  const behave = FUNCTIONS[args[0]!]!;
  let asked = 0;
  const server = http.createServer((_req, res) => {
    asked += 1;
    behave(res);
  });
  process.on("message", () => process.send!(asked));
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
} else if (role === "clients") {
  process.on("message", ({ port, rate }: Asked) => void load(port, rate).then((got) => process.send!(got)));
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
  process.send!(gateway.port);
} else {
  const { values } = parseArgs({
    options: {
      rate: { type: "string", default: "300" },
      rounds: { type: "string", default: "5" },
      functions: { type: "string", default: Object.keys(FUNCTIONS).join() },
    },
  });
  for (const name of values.functions.split(","))
    await measure(name, Number(values.rate), Number(values.rounds));
}

/** What the clients' process is asked to do. */
interface Asked {
  readonly port: number;
  readonly rate: number;
}

interface Got {
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

async function measure(name: string, rate: number, rounds: number): Promise<void> {
  if (!(name in FUNCTIONS)) throw new Error(`no function "${name}": ${Object.keys(FUNCTIONS).join(", ")}`);
  const folder = mkdtempSync(join(tmpdir(), "bench-mirror-"));
  const server = (does: string) => nodePart(CORES.others, "mirror.ts", ["server", does]);
  const [legacy, other] = [await server("equal bytes"), await server(name)];
  const gateway = (percent: number) =>
    nodePart(
      CORES.proxy,
      "mirror.ts",
      ["gateway", String(percent), String(legacy.port), String(other.port), folder],
      { flags: GATEWAY_FLAGS },
    );
  const [quiet, mirroring] = [await gateway(0), await gateway(100)];
  const clients = await nodePart(CORES.others, "mirror.ts", ["clients"], { listens: false });
  const round = async (part: Part) => {
    const before = processCost(part.pid)!.cpuMs;
    const got = await told<Got>(clients, { port: part.port, rate } satisfies Asked);
    await pause(SETTLING_MS);
    return { ...got, cpuMs: processCost(part.pid)!.cpuMs - before };
  };
  for (const part of [quiet, mirroring]) await round(part);
  const rssBefore = processCost(mirroring.pid)!.rssBytes;
  const copiesBefore = await told<number>(other, "how often were you asked?");
  const ratios = { p50: [] as number[], p99: [] as number[], cpu: [] as number[] };
  let failed = 0;
  for (let n = 0; n < rounds; n++) {
    const without = await round(quiet);
    const with_ = await round(mirroring);
    failed += with_.failed;
    ratios.p50.push(with_.p50 / without.p50);
    ratios.p99.push(with_.p99 / without.p99);
    ratios.cpu.push(with_.cpuMs / without.cpuMs);
  }
  const copied = (await told<number>(other, "how often were you asked?")) - copiesBefore;
  const share = copied / ((rounds * rate * ROUND_MS) / 1_000);
  const grown = (processCost(mirroring.pid)!.rssBytes - rssBefore) / 1e6;
  const [p50, p99, cpu] = [median(ratios.p50), median(ratios.p99), median(ratios.cpu)];
  console.log(
    `function ${name}: CPU × ${cpu.toFixed(2)}, clients' p50 × ${p50.toFixed(2)}, p99 × ${p99.toFixed(2)} (medians of ${rounds} interleaved rounds at ${rate}/s, ${(share * 100).toFixed(0)} % copied), ${failed} failed, RSS ${grown >= 0 ? "+" : ""}${grown.toFixed(0)} MB`,
  );
  for (const part of [quiet, mirroring, clients, other, legacy]) await part.end();
  rmSync(folder, { recursive: true, force: true });
}

async function told<T>(part: Part, message: object | string): Promise<T> {
  part.process.send(message);
  const [answer] = (await once(part.process, "message")) as [T];
  return answer;
}

/** A round at a fixed rate, whatever the answers do. */
async function load(port: number, rate: number): Promise<Got> {
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
  for (let n = 0; n < (ROUND_MS / 1000) * rate;) {
    const due = startedAt + (n * 1000) / rate;
    if (performance.now() < due) await pause(1);
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
