import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startLocalAws, type LocalAws } from "../../../local-aws/server.ts";
import { askMany, type Asked } from "../asking.ts";
import { faultProxy, type FaultProxy } from "../fault-proxy.ts";
import { startGateway, type GatewayProcess } from "../gateway-process.ts";
import { startMonolith, type Monolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import type { Trial } from "../trial.ts";

/** What a kind of failure has to come to. */
interface Expected {
  readonly read: { readonly outcome: Asked["outcome"]; readonly side: string | undefined };
  readonly write: Asked["outcome"];
  /** Who has done each write, in the end; `nobody` when it never arrived. */
  readonly done: "legacy" | "function" | "nobody";
  /** True when whoever does it may not have got to it before it was given up. */
  readonly orNobody?: boolean;
}

interface Setup {
  readonly aws: LocalAws;
  readonly way: FaultProxy;
}

interface Failure {
  readonly name: string;
  readonly begin?: (setup: Setup, times: number) => Promise<unknown>;
  readonly path?: string;
  /** What the function is told to do. */
  readonly do?: string;
  readonly bodyBytes?: number;
  readonly expected: Expected;
}

const LEGACY = { outcome: 200, side: "legacy" } as const;
const INSTEAD: Expected = { read: LEGACY, write: 200, done: "legacy" };
const LOST: Expected = { read: LEGACY, write: 502, done: "function" };

const fail = (how: Parameters<LocalAws["change"]>[1]["fail"] & object) => (setup: Setup, times: number) =>
  setup.aws.change("subject", { fail: { ...how, times } });

const FAILURES: Readonly<Record<string, readonly Failure[]>> = {
  throttled: [
    {
      name: "throttled",
      begin: ({ aws }) => aws.change("subject", { reservedConcurrency: 0 }),
      expected: INSTEAD,
    },
  ],
  late: [
    {
      name: "after our deadline",
      path: "/hasty",
      do: "wait 2500",
      expected: { read: LEGACY, write: 504, done: "function", orNobody: true },
    },
    { name: "Lambda's own timeout", do: "wait 5000", expected: LOST },
  ],
  failed: [
    { name: "throws", do: "throw", expected: LOST },
    {
      name: "typed 500 of the service",
      begin: fail({ status: 500, type: "ServiceException" }),
      expected: { ...LOST, done: "nobody" },
    },
    { name: "untyped 503", begin: fail({ status: 503 }), expected: { ...LOST, done: "nobody" } },
  ],
  large: [{ name: "7 MB for a function that takes 6", bodyBytes: 7_000_000, expected: INSTEAD }],
  unreachable: [
    { name: "refused", begin: ({ way }) => way.order({ kind: "refuse" }), expected: INSTEAD },
    { name: "reset before it ran", begin: fail({ reset: "before" }), expected: { ...LOST, done: "nobody" } },
    { name: "reset after it ran", begin: fail({ reset: "after" }), expected: LOST },
    { name: "half of its answer", begin: fail({ reset: "halfway" }), expected: LOST },
    {
      name: "silence",
      path: "/hasty",
      begin: ({ way }) => way.order({ kind: "black-hole" }),
      expected: { read: LEGACY, write: 504, done: "nobody" },
    },
  ],
};

const ONE_BY_ONE = "{ minimumCalls: 100000 }";

async function setUp(
  trial: Trial,
): Promise<Setup & { monolith: Monolith; gateway: GatewayProcess; ledger: string }> {
  const monolith = await startMonolith();
  trial.defer(() => monolith.close());
  const ledger = join(trial.folder, "ledger");
  const aws = await startLocalAws({
    port: 0,
    functionsDir: resolve(import.meta.dirname, "../functions"),
    environment: { LEDGER: ledger },
    quiet: true,
  });
  trial.defer(() => aws.close());
  const way = await faultProxy(aws.port);
  trial.defer(() => way.close());
  const config = `legacy: { url: "${monolith.url}" }
aws: { region: eu-central-1, endpoint: "${way.url}" }
routes:
  subject: { match: { path: /subject }, function: { lambda: subject, qualifier: $LATEST }, stage: cutover, timeout: 12s, breaker: ${ONE_BY_ONE} }
  hasty: { match: { path: /hasty }, function: { lambda: subject, qualifier: $LATEST }, stage: cutover, timeout: 1800ms, breaker: ${ONE_BY_ONE} }`;
  return { monolith, aws, way, ledger, gateway: await startGateway(trial, { config }) };
}

async function tryAll(trial: Trial, failures: readonly Failure[]): Promise<void> {
  const { gateway, monolith, aws, way, ledger } = await setUp(trial);
  const { port } = gateway;
  const warm = await askMany(4, 2, () => ({ port, path: "/subject" }));
  trial.must(`it answers at first: ${warm.text}`, warm.only(200) && warm.by("function") === 4);
  let sent = 0;
  const count = trial.pick(3, 15);
  for (const { name, begin, path = "/subject", do: what = "answer", bodyBytes = 2, expected } of failures) {
    await begin?.({ aws, way }, 2 * count);
    const headers = { "x-do": what };
    const body = Buffer.alloc(bodyBytes, "x");
    const reads = await askMany(count, 3, () => ({ port, path, headers }));
    const first = sent;
    sent += count;
    const ids = Array.from({ length: count }, (_, i) => `w${first + i}`);
    const writes = await askMany(count, 3, (n) => ({
      port,
      path,
      method: "POST",
      body,
      headers: { ...headers, "x-id": ids[n]! },
    }));
    await way.order({ kind: "none" });
    await aws.change("subject", { reservedConcurrency: null, fail: { status: 500, times: 0 } });

    const { outcome, side } = expected.read;
    if (bodyBytes <= 2) {
      trial.must(
        `${name}: reads: ${reads.text}`,
        reads.only(outcome) && reads.all.every((one) => one.side === side),
      );
    }
    trial.must(`${name}: writes: ${writes.text}`, writes.only(expected.write));
    const booked = existsSync(ledger) ? readFileSync(ledger, "utf8").split("\n") : [];
    const times = ids.map((id) => ({
      legacy: monolith.wrote.filter((one) => one === id).length,
      function: booked.filter((one) => one === id).length,
    }));
    const total = (who: "legacy" | "function") => times.reduce((sum, one) => sum + one[who], 0);
    trial.must(
      `${name}: no write is done twice`,
      times.every((one) => one.legacy + one.function <= 1),
    );
    for (const who of ["legacy", "function"] as const) {
      const wanted = expected.done === who ? count : 0;
      const isSo = total(who) === wanted || (expected.orNobody === true && total(who) < wanted);
      trial.must(`${name}: ${who} did ${total(who)} of ${count}`, isSo);
    }
    trial.figure(
      `${name}: ${bodyBytes <= 2 ? `${reads.text} by ${side}; ` : ""}POST ${writes.text}, done by legacy ${total("legacy")}, by the function ${total("function")}, twice 0`,
    );
  }
  const after = await askMany(4, 2, () => ({ port, path: "/subject" }));
  trial.must(`the function answers again: ${after.text}`, after.only(200) && after.by("function") === 4);
}

const ONCE = "a POST reaches exactly one side once";
const scenario = (number: string, fault: string, hold: string, key: string): Scenario => ({
  number,
  fault,
  hold: `${hold}; ${ONCE}`,
  run: (trial) => tryAll(trial, FAILURES[key]!),
});

export const functionScenarios: readonly Scenario[] = [
  scenario("F5", "function throttled", "legacy answers, writes too", "throttled"),
  scenario("F6", "function timed out", "legacy answers reads; writes are a 504 or 502", "late"),
  scenario("F7", "function or its service fails", "legacy answers reads; writes are a 502", "failed"),
  scenario("F8", "request too large for the function", "legacy answers", "large"),
  scenario("F9", "function cannot be reached, or hangs up", "what never arrived is legacy's", "unreachable"),
];
