import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Round, RoundResult } from "./load.ts";
import { optionsIn } from "./options.ts";
import { canPin, CORES, nodePart, type Part } from "./processes.ts";
import { processCost } from "./process-cost.ts";
import { median, printed, type Measured } from "./results.ts";

/**
 * `npm run bench`: what a request costs by way of the gateway, and of others, in the same run. The proxy under test has
 * one core to itself, clients and monolith share another; rounds are interleaved, and medians and ratios are what counts:
 * on a shared machine every single figure is noise.
 */

const CONNECTIONS = 32;
/** More than in closed rounds, so that a slow answer does not hold up the next request. */
const OPEN_CONNECTIONS = 128;
/** One that cannot do this much more than it is asked would only show its queue. */
const HEADROOM = 1.2;

const options = optionsIn(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const note = (text: string) => process.stderr.write(`${text}\n`);

const monolith = await nodePart(CORES.others, "monolith.ts", []);
const clients = await nodePart(CORES.others, "load.ts", [], { listens: false });
const parts = new Map<string, Part>();
try {
  for (const contender of options.contenders) {
    parts.set(contender.name, await contender.start(monolith.port, folder));
  }
  const measured: Measured[] = [];
  for (const { name: shape } of options.shapes) {
    note(`${shape} …`);
    measured.push(...(await measure(shape)));
  }
  const machine = { pinned: canPin, node: process.version, load: loadavg()[0]! };
  console.log(
    options.json ? JSON.stringify({ machine, ...options, measured }, null, 2) : printed(measured, machine),
  );
} finally {
  for (const part of [...parts.values(), clients, monolith]) await part.end();
  rmSync(folder, { recursive: true, force: true });
}

/** Closed rounds of all contenders in turn, then open ones at one rate for all. */
async function measure(shape: string): Promise<Measured[]> {
  const found = new Map<string, Measured>();
  for (const name of parts.keys()) {
    await warmed(parts.get(name)!, shape);
    found.set(name, {
      shape,
      name,
      perSecond: [],
      cpuMicros: [],
      p50: [],
      p99: [],
      errors: 0,
      clientShare: 0,
      rssMb: 0,
    });
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, part] of parts) {
      const one = found.get(name)!;
      const before = costs(part);
      const { answered, errors, tookMs } = await run(part, { kind: "closed", shape });
      const after = costs(part);
      one.errors += errors;
      one.perSecond.push((answered / tookMs) * 1_000);
      one.cpuMicros.push(((after.proxy - before.proxy) * 1_000) / answered);
      one.clientShare = Math.max(one.clientShare, (after.others - before.others) / tookMs);
      one.rssMb = (processCost(part.pid)?.rssBytes ?? 0) / 1024 ** 2;
    }
  }
  const [first] = found.values();
  const rate = options.rate ?? median(first!.perSecond) / 2;
  for (let round = 0; round < options.rounds; round++) {
    for (const [name, part] of parts) {
      const one = found.get(name)!;
      if (median(one.perSecond) < rate * HEADROOM) continue;
      const { p50, p99, answered, errors } = await run(part, {
        kind: "open",
        shape,
        rate,
        connections: OPEN_CONNECTIONS,
      });
      one.errors += errors;
      // A machine that is busy enough answers nothing in a short round.
      if (answered === 0) continue;
      one.p50.push(p50);
      one.p99.push(p99);
      one.rate = rate;
    }
  }
  return [...found.values()];
}

/** CPU milliseconds so far, of the proxy and of what stands around it. */
function costs(part: Part): { proxy: number; others: number } {
  const cpuMs = (pid: number) => processCost(pid)?.cpuMs ?? Number.NaN;
  return { proxy: cpuMs(part.pid), others: cpuMs(monolith.pid) + cpuMs(clients.pid) };
}

/** Until the code is compiled; told by CPU time and not by the clock, for on a busy machine nothing is done in a second. */
async function warmed(part: Part, shape: string): Promise<void> {
  const begin = costs(part).proxy;
  do await run(part, { kind: "closed", shape, ms: 500 });
  while (costs(part).proxy - begin < options.warmUpMs);
}

function run(part: Part, round: Pick<Round, "kind" | "shape"> & Partial<Round>): Promise<RoundResult> {
  clients.process.send({
    port: part.port,
    ms: options.roundMs,
    connections: CONNECTIONS,
    rate: 0,
    ...round,
  } satisfies Round);
  return new Promise((resolve) => {
    clients.process.once("message", (result) => resolve(result as RoundResult));
  });
}
