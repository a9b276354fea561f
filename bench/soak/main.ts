import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CORES, freePort, nodePart, programPart, type Part } from "../processes.ts";
import type { Siege, Tally } from "../hostile/crowd.ts";
import { KINDS } from "../hostile/kinds.ts";
import type { Inside } from "../watch/inside.ts";
import { resourcesOf, type Resources } from "../watch/resources.ts";
import { slopeOf, slopeText, type Point } from "../watch/slope.ts";
import { watchedGateway } from "../watch/watched-gateway.ts";
import type { Answers } from "./shoppers.ts";
import { disturbances } from "./disturbances.ts";

/**
 * `npm run soak`: the demo's shop behind a gateway that everything happens to at once, and whether what it holds grows.
 * Ends with 1 when something does.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    rate: { type: "string", default: "60" },
    compiled: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const untilMs = Number(values.minutes) * 60_000;
/** Full collections and counts of what is alive stop the gateway for a moment. */
const INSIDE_EVERY_S = 10;
/** What is filled once, such as caches and compiled code, is filled by then. */
const SETTLED_SHARE = 1 / 3;

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "soak-"));
await using parts = new AsyncDisposableStack();
parts.defer(() => rmSync(folder, { recursive: true, force: true }));
const started = <P extends Pick<Part, "end">>(part: P): P => parts.adopt(part, (one) => one.end());

const shop = { SHOP_DB: join(folder, "shop.db") };
const [legacyPort, functionsPort] = [await freePort(), await freePort()];
started(
  await programPart(CORES.others, legacyPort, {
    command: process.execPath,
    args: [join(root, "legacy-mock/main.ts")],
    env: { ...shop, PORT: String(legacyPort) },
  }),
);
const functionsUrl = `http://127.0.0.1:${functionsPort}`;
started(
  await programPart(CORES.others, functionsPort, {
    command: process.execPath,
    args: [join(root, "local-aws/main.ts")],
    env: { ...shop, PORT: String(functionsPort), FUNCTIONS_DIR: join(root, "lambdas") },
  }),
);
const slow = started(await nodePart(CORES.others, "soak/slow-function.ts", []));
const gateway = started(
  await watchedGateway({ folder, config: config(slow.port), compiled: values.compiled, env: aws() }),
);
const crowd = started(await nodePart(CORES.others, "hostile/crowd.ts", [], { listens: false }));
const args = [String(gateway.port), values.rate];
const shoppers = started(await nodePart(CORES.others, "soak/shoppers.ts", args, { listens: false }));

let answers: Answers = {};
shoppers.process.on("message", (told) => (answers = told as Answers));
// Seldom enough that floods leave the monolith time for others.
const kinds = KINDS.map(({ name }) => name);
crowd.process.send({ port: gateway.port, kinds, breathMs: 2_000 } satisfies Siege);
const disturbing = disturbances({
  adminPort: gateway.adminPort,
  functionsUrl,
  configFile: gateway.configFile,
});

type Sample = Resources & { readonly [Name in keyof Inside]?: number };
// What was started ends in an orderly way then too.
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());

const samples: [seconds: number, sample: Sample][] = [];
const startedAt = performance.now();
for (let second = 0; !stopping.signal.aborted && performance.now() - startedAt < untilMs; second++) {
  const inside = second % INSIDE_EVERY_S === 0 ? await gateway.inside() : {};
  samples.push([(performance.now() - startedAt) / 1_000, { ...resourcesOf(gateway.pid), ...inside }]);
  if (second % 60 === 0) process.stderr.write(`${line(samples.at(-1)!)}\n`);
  await pause(1_000);
}
disturbing.stop();
crowd.process.send("leave");
const [tally] = (await once(crowd.process, "message")) as [Tally];
report();

/** The demo's routes, and two whose functions are slow. */
function config(slowPort: number): string {
  const demo = readFileSync(join(root, "routes.yaml"), "utf8");
  return `${demo.replace("version: 1", "version: 1\nmirror: { perSecond: 1000 }\nlimits: { head: 5s, upload: 5s, stall: 10s }")}
  slow:
    match: { method: GET, path: /api/slow }
    function: { url: "http://127.0.0.1:${slowPort}" }
    stage: shadow
  flaky:
    match: { method: GET, path: /api/flaky }
    function: { url: "http://127.0.0.1:${slowPort}" }
    stage: shadow
`;
}

function aws(): Record<string, string> {
  return {
    LEGACY_URL: `http://127.0.0.1:${legacyPort}`,
    AWS_ENDPOINT_URL_LAMBDA: functionsUrl,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
}

function namesIn(sample: Sample): (keyof Sample)[] {
  return Object.keys(sample) as (keyof Sample)[];
}

function line([seconds, held]: (typeof samples)[number]): string {
  const figures = namesIn(held).map((name) => `${name} ${Math.round(held[name] ?? 0)}`);
  return `${Math.round(seconds)} s: ${figures.join(", ")}`;
}

function report(): void {
  const settled = samples.slice(Math.floor(samples.length * SETTLED_SHARE));
  const names = new Set(samples.flatMap(([, sample]) => namesIn(sample)));
  const slopes = [...names].map((name) => {
    const points = settled.flatMap(([seconds, { [name]: value }]): Point[] =>
      value === undefined ? [] : [[seconds, value]],
    );
    return [name, slopeOf(points)] as const;
  });
  if (slopes.some(([, { grows }]) => grows)) process.exitCode = 1;
  if (values.json) {
    const load = loadavg()[0];
    console.log(
      JSON.stringify(
        { load, slopes: Object.fromEntries(slopes), answers, done: disturbing.done, tally, samples },
        null,
        2,
      ),
    );
    return;
  }
  console.log(`${values.minutes} minutes, ${values.rate} requests a second, load average ${loadavg()[0]!.toFixed(1)}; slopes over the last two thirds
${slopes.map(([name, slope]) => slopeText(name, slope)).join("\n")}
what went on: ${Object.entries(disturbing.done)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ")}
what clients got:`);
  for (const [endpoint, got] of Object.entries(answers))
    console.log(`  ${endpoint.padEnd(32)} ${counts(got)}`);
  console.log("what the hostile got:");
  for (const [kind, got] of Object.entries(tally)) console.log(`  ${kind.padEnd(32)} ${counts(got)}`);
}

function counts(of: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(of).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([how, count]) => `${count} × ${how}`).join("; ");
}
