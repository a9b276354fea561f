import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../results.ts";
import { CORES, nodePart, type Part } from "../processes.ts";
import { resourcesOf, type Resources } from "../watch/resources.ts";
import { slopeOf, slopeText, type Point } from "../watch/slope.ts";
import { watchedGateway } from "../watch/watched-gateway.ts";
import type { Phase, PhaseResult } from "./clients.ts";
import type { Siege, Tally } from "./crowd.ts";
import { KINDS } from "./kinds.ts";

/**
 * `npm run test:hostile`: what well-behaved clients notice while two of a hundred connections are hostile. Quiet phases and
 * hostile ones take turns. Ends with 1 when a well-behaved client did not get its own answer.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    phase: { type: "string", default: "15" },
    rate: { type: "string", default: "300" },
    clients: { type: "string", default: "490" },
    kinds: { type: "string", default: KINDS.map(({ name }) => name).join() },
    compiled: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const phaseMs = Number(values.phase) * 1_000;
const rounds = Math.max(1, Math.round((Number(values.seconds) * 1_000) / phaseMs));
const [rate, clients] = [Number(values.rate), Number(values.clients)];
/** To see what one of them costs the others. */
const kinds = values.kinds.split(",");
for (const asked of kinds)
  if (!KINDS.some(({ name }) => name === asked))
    throw new Error(`--kinds: no "${asked}"; there are ${KINDS.map(({ name }) => name).join(", ")}`);

/** Short, so that each phase sees how every kind ends; otherwise as by default. */
const LIMITS = "limits: { head: 2s, upload: 3s, stall: 2s, idle: 4s }";

// Who comes back after most of `idle` may find the connection just closed, which is nobody's failure.
if (clients / rate > 2)
  throw new Error("so few requests leave connections idle: ask for fewer clients, or a higher rate");

const folder = mkdtempSync(join(tmpdir(), "hostile-"));
const monolith = await nodePart(CORES.others, "hostile/monolith.ts", []);
const good = await nodePart(CORES.others, "hostile/clients.ts", [], { listens: false });
const crowd = await nodePart(CORES.others, "hostile/crowd.ts", [], { listens: false });
const gateway = await watchedGateway({
  folder,
  compiled: values.compiled,
  config: `version: 1
legacy: { url: "http://127.0.0.1:${monolith.port}" }
${LIMITS}
routes:
  order:
    match: { method: [GET, POST], path: "/api/orders/{id}" }
    function: { lambda: order }
    stage: legacy
    timeout: 4s
`,
});

const samples: { readonly seconds: number; readonly held: Resources }[] = [];
const startedAt = performance.now();
const sampling = setInterval(() => {
  samples.push({ seconds: (performance.now() - startedAt) / 1_000, held: resourcesOf(gateway.pid) });
}, 1_000);

// What was started ends in an orderly way then too.
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());

const quiet: PhaseResult[] = [];
const hostile: PhaseResult[] = [];
const tally: Tally = {};
try {
  await phase();
  for (let round = 0; round < rounds && !stopping.signal.aborted; round++) {
    // Neither always comes first, for what one leaves behind is paid for by the other.
    if (round % 2 === 0) quiet.push(await phase());
    hostile.push(await hostilePhase());
    if (round % 2 === 1) quiet.push(await phase());
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  report();
} finally {
  clearInterval(sampling);
  for (const part of [crowd, good, gateway, monolith]) await part.end();
  rmSync(folder, { recursive: true, force: true });
}

async function hostilePhase(): Promise<PhaseResult> {
  crowd.process.send({ port: gateway.port, kinds, breathMs: 100 } satisfies Siege);
  const result = await phase();
  const got = await told<Tally>(crowd, "leave");
  for (const [kind, endings] of Object.entries(got)) {
    const all = (tally[kind] ??= {});
    for (const [ending, count] of Object.entries(endings)) all[ending] = (all[ending] ?? 0) + count;
  }
  return result;
}

function phase(): Promise<PhaseResult> {
  return told(good, { port: gateway.port, ms: phaseMs, rate, clients } satisfies Phase);
}

async function told<T>(part: Part, message: object | string): Promise<T> {
  part.process.send(message);
  const [answer] = (await once(part.process, "message")) as [T];
  return answer;
}

function report(): void {
  const all = { quiet: latencyOf(quiet), hostile: latencyOf(hostile) };
  const failures = failuresOf([...quiet, ...hostile]);
  const points = (of: (held: Resources) => number): Point[] =>
    samples.slice(Math.floor(samples.length / 3)).map(({ seconds, held }) => [seconds, of(held)]);
  const slopes = {
    "RSS, MB": slopeOf(points(({ rssMb }) => rssMb)),
    "open sockets": slopeOf(points(({ sockets }) => sockets)),
  };
  // One round in which the machine stood still is all that a percentile over all rounds shows.
  const byRound = hostile.map((phase, i) => {
    const [with_, without] = [latencyOf([phase]), latencyOf([quiet[i]!])];
    return { p50: with_.p50 / without.p50, p99: with_.p99 / without.p99, quietP99: without.p99 };
  });
  const middle = { p50: median(byRound.map(({ p50 }) => p50)), p99: median(byRound.map(({ p99 }) => p99)) };
  const ratio = { p50: all.hostile.p50 / all.quiet.p50, p99: all.hostile.p99 / all.quiet.p99 };
  if (Object.keys(failures).length > 0) process.exitCode = 1;
  if (values.json) {
    const machine = { load: loadavg()[0], node: process.version };
    console.log(
      JSON.stringify(
        {
          machine,
          rate,
          clients,
          rounds,
          phaseMs,
          ...all,
          ratio,
          byRound,
          middle,
          failures,
          slopes,
          tally,
          samples,
        },
        null,
        2,
      ),
    );
    return;
  }
  const text = ({ p50, p99, answered }: typeof all.quiet) =>
    `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms of ${answered} answers`;
  console.log(`${clients} well-behaved clients and ${kinds.length} hostile connections, ${rate} requests a second, ${rounds} rounds of ${phaseMs / 1_000} s each; load average ${loadavg()[0]!.toFixed(1)}
quiet    ${text(all.quiet)}
hostile  ${text(all.hostile)}
ratio    p50 × ${ratio.p50.toFixed(2)}, p99 × ${ratio.p99.toFixed(2)}; median of the rounds' ratios p50 × ${middle.p50.toFixed(2)}, p99 × ${middle.p99.toFixed(2)} (${byRound.map(({ p99, quietP99 }) => `${p99.toFixed(2)} of ${quietP99.toFixed(0)} ms`).join(", ")})
failures of the well-behaved: ${Object.keys(failures).length === 0 ? "0" : JSON.stringify(failures)}
${Object.entries(slopes)
  .map(([name, slope]) => slopeText(name, slope))
  .join("\n")}
what the hostile got:`);
  for (const [kind, endings] of Object.entries(tally)) {
    const got = Object.entries(endings).toSorted(([, a], [, b]) => b - a);
    console.log(`  ${kind.padEnd(22)} ${got.map(([ending, count]) => `${count} × ${ending}`).join("; ")}`);
  }
}

function latencyOf(phases: readonly PhaseResult[]) {
  const sorted = phases.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { answered: sorted.length, p50: at(0.5), p99: at(0.99) };
}

function failuresOf(phases: readonly PhaseResult[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { failures } of phases)
    for (const [why, count] of Object.entries(failures)) sum[why] = (sum[why] ?? 0) + count;
  return sum;
}
