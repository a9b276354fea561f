import { assert, asyncProperty } from "fast-check";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lambdaUpstream } from "../../gateway/upstreams/lambda/lambda.ts";
import type { Upstream } from "../../gateway/upstreams/upstream.ts";
import { startHarness } from "../support/harness.ts";
import { Ledger } from "../support/ledger.ts";
import { brokenPromises, written } from "../support/promises.ts";
import { rawExchange } from "../support/raw-client.ts";
import { rawServer } from "../support/raw-server.ts";
import { nameFor, scriptedLambda, type FaultName } from "../support/scripted-lambda.ts";
import { scriptedMonolith } from "../support/scripted-monolith.ts";
import { lambdaTarget } from "../support/targets.ts";
import { testedInvoker } from "../support/tested-invoker.ts";
import { READS, SLOW, weather, type Sent, type Weather } from "../support/weather.ts";

/**
 * The gateway's promise, held against random weather: the real data path, the real client, real sockets on every side, and
 * each side keeping its own books of what it has done. BANYAN_LONG=1 searches for twenty minutes, from a new seed.
 */
const LONG = process.env["BANYAN_LONG"] === "1";
const SEARCH = LONG
  ? { numRuns: 1_000_000, interruptAfterTimeLimit: 20 * 60_000 }
  : { numRuns: 10, interruptAfterTimeLimit: 60_000 };
/** Searched side by side: most of the time is spent in waiting for deadlines. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8].map((lane) => (LONG ? Date.now() : 20_261_121) + lane);

let ledger: Ledger;
let lambda: Awaited<ReturnType<typeof scriptedLambda>>;
let monolith: Awaited<ReturnType<typeof scriptedMonolith>>;
let nowhere: string;
beforeAll(async () => {
  ledger = new Ledger();
  lambda = await scriptedLambda(ledger);
  monolith = await scriptedMonolith(ledger);
  const gone = await rawServer(() => undefined);
  await gone.close();
  nowhere = gone.url;
});
afterAll(() => Promise.all([lambda.close(), monolith.close()]));

/** Routes each request to the function whose name says how it ends. */
function functionOf(stream: boolean): Upstream & { close(): void } {
  const region = "eu-central-1";
  const there = testedInvoker({ region, endpoint: lambda.url });
  const refusing = testedInvoker({ region, endpoint: nowhere });
  return {
    name: "scripted",
    send(request, attempt) {
      const field = (name: string) => request.headers[request.headers.indexOf(name) + 1]!;
      const fault = field("X-Fault") as FaultName;
      const target = lambdaTarget(nameFor(fault, field("X-Id")), { stream });
      const invoker = fault === "refused" ? refusing : there;
      return lambdaUpstream({ invoker, target, paramsOf: () => ({}) }).send(request, attempt);
    },
    close() {
      there.close();
      refusing.close();
    },
  };
}

/** Two routes that differ in their deadline: what is slow on purpose meets a short one, and a slow machine a long one. */
function startGateway({ stage, repeatable, replaceServerErrors, touchy }: Weather, upstream: Upstream) {
  const breaker = touchy
    ? "{ minimumCalls: 2, errorPercent: 50, window: 30s, open: 30ms }"
    : "{ minimumCalls: 1000 }";
  const share = stage === "canary" ? "percent: 50, " : "";
  const both = `function: { lambda: f }, stage: ${stage}, ${share}shadow: { writes: skip }, stickyBy: ["header:x-user"], repeatable: ${repeatable}, replaceServerErrors: ${replaceServerErrors}, breaker: ${breaker}`;
  return startHarness({
    legacyUrl: monolith.url,
    routes: `
  patient: { match: { path: /patient }, timeout: 6s, ${both} }
  hasty: { match: { path: /hasty }, timeout: 2500ms, ${both} }`,
    functions: { patient: upstream, hasty: upstream },
  });
}

/** Behind each request, on the same connection: what comes of it shows that nothing was left of the answer before. */
const PING = "GET /ping HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";

function bytesOf(id: string, { method, fault, service, body, user }: Sent): Buffer {
  const { framed, field } = written.get(body)!;
  const bodiless = body === "none" && READS.includes(method);
  const fields = [`X-Id: ${id}`, `X-Fault: ${fault}`, `X-Legacy: ${service}`, `X-User: ${user}`];
  const path = SLOW.includes(fault) ? "/hasty" : "/patient";
  const head = [`${method} ${path} HTTP/1.1`, "Host: shop", ...fields, ...(bodiless ? [] : [field])];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), framed, Buffer.from(PING)]);
}

/**
 * Longer than any answer takes on any machine. Deadlines count from a request's last byte, and that of 7 MB comes late where a
 * hundred others send at the same time in this same process.
 */
const HANGS_MS = 45_000;

/** What came back on the connection; null for a client that left. */
async function exchange(port: number, id: string, sent: Sent): Promise<string | null> {
  const bytes = bytesOf(id, sent);
  if (sent.leavesMs === null) return rawExchange(port, bytes, undefined, HANGS_MS);
  const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
  socket.on("error", () => undefined).resume();
  await pause(sent.leavesMs);
  socket.destroy();
  return null;
}

/** Why legacy may have to step in. */
const REASONS = [
  "refused",
  "throttled",
  "not-found",
  "too-large",
  "rejected",
  "unavailable",
  "breaker-open",
  "timeout",
  "reset",
  "service-error",
  "function-error",
  "bad-answer",
  "answered-503",
];

class Tally {
  readonly #counts = new Map<string, number>();
  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => a.localeCompare(b)));
  }
}

/** What was asked, and what was met on the way: a search that never saw a breaker open has found nothing out about breakers. */
const generated = { stages: new Tally(), methods: new Tally(), faults: new Tally() };
const met = new Tally();
let asked = 0;

/** The first search that found something has the machine to itself, to make it smaller. */
let finder: number | null = null;

async function promisesKept(seed: number, weather: Weather): Promise<void> {
  if (finder !== null && finder !== seed) return;
  generated.stages.add(weather.stage);
  const upstream = functionOf(weather.stream);
  const harness = await startGateway(weather, upstream);
  const broken: string[] = [];
  try {
    for (const wave of weather.waves) {
      const exchanges = wave.map(async (sent) => {
        const id = `i${(asked += 1)}`;
        generated.methods.add(sent.method);
        generated.faults.add(sent.fault);
        return { id, sent, raw: await exchange(harness.port, id, sent) };
      });
      const over = await Promise.all(exchanges);
      await ledger.settled();
      for (const { id, sent, raw } of over) {
        for (const promise of brokenPromises(ledger, { id, sent, raw }, weather)) {
          broken.push(
            `${promise}: ${JSON.stringify(sent)}, done by [${ledger.doneBy(id).join()}], got ${raw?.slice(0, 300)}`,
          );
        }
      }
    }
    for (const { route, answeredBy, fallbackFrom, status } of harness.finished) {
      if (route !== null)
        met.add(fallbackFrom === null ? `${answeredBy} ${status}` : `legacy for ${fallbackFrom}`);
    }
  } finally {
    upstream.close();
    await harness.close();
  }
  if (broken.length > 0) finder ??= seed;
  expect(broken).toEqual([]);
}

it(
  "no write runs twice, no read fails while legacy lives, and every client gets one whole answer",
  async () => {
    const searches = SEEDS.map((seed) => {
      const property = asyncProperty(weather, (drawn) => promisesKept(seed, drawn));
      return assert(property, { ...SEARCH, seed });
    });
    for (const search of await Promise.allSettled(searches)) {
      if (search.status === "rejected") throw search.reason;
    }
    const { stages, methods, faults } = generated;
    console.log(`${asked} requests, by stage of their weather, by method, by fault, and what was met:`);
    for (const { counts } of [stages, methods, faults, met]) console.log(counts);
    expect(Object.keys(met.counts)).toEqual(
      expect.arrayContaining(REASONS.map((reason) => `legacy for ${reason}`)),
    );
  },
  SEARCH.interruptAfterTimeLimit + 2 * HANGS_MS,
);
