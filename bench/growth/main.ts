import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../../gateway/config/read.ts";
import { routeTable } from "../../gateway/routes/table.ts";
import type { Round, RoundResult } from "../load.ts";
import { CORES, nodePart } from "../processes.ts";
import { processCost } from "../process-cost.ts";
import { median } from "../results.ts";
import { resourcesOf } from "../watch/resources.ts";
import { watchedGateway, type WatchedGateway, type WatchedSettings } from "../watch/watched-gateway.ts";
import { fillStore } from "./filled-store.ts";

/** `npm run bench:growth`: what a request costs when there is more of everything: routes, connections, stored evidence. */

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "start,routes,idle,evidence" },
    requests: { type: "string", default: "10000" },
    starts: { type: "string", default: "10" },
    compiled: { type: "boolean", default: false },
  },
});
const asked = new Set(values.only.split(","));
const { compiled } = values;
const folder = mkdtempSync(join(tmpdir(), "growth-"));
await using parts = new AsyncDisposableStack();
parts.defer(() => rmSync(folder, { recursive: true, force: true }));
const monolith = parts.adopt(await nodePart(CORES.others, "monolith.ts", []), (part) => part.end());
const clients = parts.adopt(await nodePart(CORES.others, "load.ts", [], { listens: false }), (part) =>
  part.end(),
);

console.log(`load average ${loadavg()[0]!.toFixed(1)}, ${compiled ? "compiled" : "from the sources"}`);
if (asked.has("start")) await starts();
if (asked.has("routes")) for (const count of [10, 1_000, 10_000]) await ofRoutes(count);
if (asked.has("idle")) await idle(10_000);
if (asked.has("evidence")) for (const pairs of [0, 1_000_000]) await ofEvidence(pairs, 500);

async function starts(): Promise<void> {
  const tookMs: number[] = [];
  const rssMb: number[] = [];
  for (let n = 0; n < Number(values.starts); n++) {
    await using gateway = await running({ config: config(10), askable: false });
    tookMs.push(gateway.startMs);
    rssMb.push(resourcesOf(gateway.pid).rssMb);
  }
  const least = Math.min(...tookMs);
  console.log(
    `start: ready after a median of ${median(tookMs).toFixed(0)} ms (least ${least.toFixed(0)}) of ${tookMs.length}, RSS ${median(rssMb).toFixed(0)} MB`,
  );
}

async function ofRoutes(count: number): Promise<void> {
  const text = config(count);
  await using gateway = await running({ config: text });
  const cost = await requestCost(gateway);
  const { rssMb } = resourcesOf(gateway.pid);
  const { heapMb } = await gateway.inside();
  console.log(
    `${count} routes: match ${(await matchMicros(text)).toFixed(2)} µs, ${cost}, ready after ${gateway.startMs.toFixed(0)} ms, RSS ${rssMb.toFixed(0)} MB, heap ${heapMb.toFixed(0)} MB`,
  );
}

async function idle(count: number): Promise<void> {
  await using gateway = await running({ config: config(10, "limits: { idle: 1h }") });
  const before = await requestCost(gateway);
  const { rssMb } = resourcesOf(gateway.pid);
  const idlers = await nodePart(CORES.others, "growth/idlers.ts", [String(gateway.port), String(count)]);
  try {
    const held = resourcesOf(gateway.pid);
    const during = await requestCost(gateway);
    console.log(
      `idle connections: ${before} beside none, ${during} beside ${count} (${held.sockets} sockets), RSS ${rssMb.toFixed(0)} → ${held.rssMb.toFixed(0)} MB`,
    );
  } finally {
    await idlers.end();
  }
}

async function ofEvidence(pairs: number, routes: number): Promise<void> {
  const file = join(folder, `${pairs}.db`);
  if (pairs > 0)
    await fillStore(
      file,
      Array.from({ length: routes }, (_, i) => `r${i}`),
      pairs,
    );
  await using gateway = await running({ config: config(routes, `evidence: { file: ${file} }`) });
  const cost = await requestCost(gateway);
  const tookMs: number[] = [];
  for (let n = 0; n < 5; n++) {
    const startedAt = performance.now();
    const answer = await fetch(`http://127.0.0.1:${gateway.adminPort}/api/report`);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the report answered ${answer.status}`);
    tookMs.push(performance.now() - startedAt);
  }
  console.log(
    `${pairs} pairs stored: ${cost}, /api/report a median of ${median(tookMs).toFixed(0)} ms, RSS ${resourcesOf(gateway.pid).rssMb.toFixed(0)} MB`,
  );
}

async function running(settings: Omit<WatchedSettings, "folder">) {
  const gateway = await watchedGateway({ folder, compiled, logLevel: "warn", ...settings });
  return { ...gateway, [Symbol.asyncDispose]: () => gateway.end() };
}

/** The gateway's CPU time by the system's books, once its code is compiled. */
async function requestCost(gateway: Pick<WatchedGateway, "pid" | "port">): Promise<string> {
  const wanted = Number(values.requests);
  await send(gateway.port, wanted / 2);
  const before = processCost(gateway.pid)!.cpuMs;
  const sent = await send(gateway.port, wanted);
  return `${(((processCost(gateway.pid)!.cpuMs - before) * 1_000) / sent).toFixed(0)} µs of CPU a request`;
}

async function send(port: number, least: number): Promise<number> {
  const round: Round = { kind: "closed", port, shape: "get1k", ms: 500, connections: 32, rate: 0 };
  for (let sent = 0; ;) {
    clients.process.send(round);
    const [{ answered, errors }] = (await once(clients.process, "message")) as [RoundResult];
    if (errors > 0) throw new Error(`${errors} requests failed`);
    sent += answered;
    if (sent >= least) return sent;
  }
}

function config(routes: number, more = ""): string {
  const others = Array.from(
    { length: routes - 1 },
    (_, i) =>
      `  r${i}: { match: { method: GET, path: "/api/r${i}/{id}/items" }, function: { lambda: f${i} } }`,
  );
  return `version: 1
legacy: { url: "http://127.0.0.1:${monolith.port}" }
aws: { region: eu-central-1 }
${more}
routes:
${others.join("\n")}
  order: { match: { method: GET, path: "/api/orders/{id}" }, function: { lambda: order } }
`;
}

async function matchMicros(text: string): Promise<number> {
  const file = join(folder, "match.yaml");
  writeFileSync(file, text);
  const loaded = await readConfig(file, {});
  if (!("config" in loaded)) throw new Error("the routes are not valid");
  const table = routeTable(loaded.config.routes);
  const times = 20_000;
  const targets = Array.from({ length: 9 }, (_, i) => {
    const path = `/api/r${i}/7/items`;
    return { raw: path, path, query: null };
  });
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    const startedAt = performance.now();
    for (let n = 0; n < times; n++) table.match("GET", "shop", targets[n % 9]!);
    least = Math.min(least, ((performance.now() - startedAt) * 1_000) / times);
  }
  return least;
}
