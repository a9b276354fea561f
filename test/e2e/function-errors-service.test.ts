import * as lambda from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { FailureKind } from "../../gateway/upstreams/upstream.ts";
import { failed, told, type Told } from "../support/problem.ts";
import {
  READS,
  serviceFailures,
  typedRefusals,
  type Fault,
  type ServiceFailure,
} from "../support/service-failures.ts";
import { startStack, type Stack } from "../support/stack.ts";

/**
 * Lambda's service fails, in every way that it documents and in some that it does not, and the SDK brings the news. What
 * ran is counted where it ran: by the service and in the journal that both sides write to.
 */

/** Each row needs a breaker that has seen nothing yet. */
const ROWS = 100;
const breaker = "breaker: { minimumCalls: 1000000 }";
const fragile = "breaker: { minimumCalls: 1, errorPercent: 50, window: 30s, open: 60s }";
const routes = ["buffered", "streamed"]
  .map((how) => {
    const stream = how === "streamed";
    const target = `function: { lambda: probe, qualifier: ${stream ? "streaming" : "live"}, stream: ${stream} }`;
    const reads = Array.from(
      { length: ROWS },
      (_, row) =>
        `\n  ${how}-${row}: { match: { path: /api/echo/${how}/read/${row} }, ${target}, stage: cutover, ${fragile} }`,
    );
    return `${reads.join("")}
  ${how}: { match: { path: "/api/echo/${how}/write" }, ${target}, stage: cutover, ${breaker} }
  ${how}-repeatable: { match: { path: "/api/echo/${how}/repeatable" }, ${target}, stage: cutover, repeatable: true, ${breaker} }
  ${how}-retired: { match: { path: "/api/echo/${how}/retired" }, ${target}, stage: retired, ${breaker} }`;
  })
  .join("");

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(routes);
});
afterAll(() => stack.close());

/** The same of a call for the whole answer, where nothing is passed on before all is there. */
const bufferedRows: readonly ServiceFailure[] = [
  ...serviceFailures,
  {
    what: "a reset in the middle of the answer",
    fault: { reset: "halfway" },
    kind: "reset",
    problem: failed,
    runs: 1,
    mended: READS,
  },
];

/** What came of one request: how it was answered and why, and who worked for it, told by those who did. */
interface Outcome {
  readonly request: string;
  readonly answer: "legacy" | Told;
  readonly fallbackFrom: string | null;
  readonly ran: number;
  readonly legacyWrites: number;
}

const ran = () => stack.functions.invocations("probe")["probe"]!.count;
const writes = () => stack.legacy.journal().filter(({ side }) => side === "legacy").length;
const namesOf = (answer: Response) => [...answer.headers.keys()].toSorted().join();

async function outcomeOf(fault: Fault, method: string, path: string): Promise<Outcome> {
  const before = { finished: stack.finished.length, ran: ran(), writes: writes() };
  await stack.functions.change("probe", { fail: fault });
  const answer = await fetch(stack.url + path, { method });
  await expect.poll(() => stack.finished.length).toBe(before.finished + 1);
  const { answeredBy, fallbackFrom } = stack.finished.at(-1)!;
  const work = { ran: ran() - before.ran, legacyWrites: writes() - before.writes };
  const outcome = { request: `${method} ${path}`, fallbackFrom, ...work };
  if (answeredBy === "gateway") return { ...outcome, answer: await told(answer) };
  // Legacy's, and nothing beside.
  const direct = await fetch(stack.legacy.url + path);
  expect([answer.status, namesOf(answer)]).toEqual([200, namesOf(direct)]);
  expect(await answer.json()).toMatchObject({ method, url: path });
  return { ...outcome, answer: "legacy" };
}

const REQUESTS = [
  ["GET", "read", "read"],
  ["POST", "write", "write"],
  ["PUT", "repeatable", "repeatable"],
  ["GET", "retired", null],
  ["DELETE", "retired", null],
] as const;

const pathOf = (how: string, where: string, row: number) =>
  `/api/echo/${how}/${where === "read" ? `read/${row}` : where}`;

async function outcomesOf(how: string, row: number, { fault }: ServiceFailure): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [method, where] of REQUESTS) {
    outcomes.push(await outcomeOf(fault, method, pathOf(how, where, row)));
  }
  return outcomes;
}

/** Of a GET, a POST, a repeatable PUT and two that legacy has let go of. Whom legacy stands in for tells the phase. */
function expectedOf(how: string, row: number, { kind, problem, runs, mended }: ServiceFailure): Outcome[] {
  return REQUESTS.map(([method, where, nature]) => {
    const byLegacy = nature !== null && mended[nature];
    return {
      request: `${method} ${pathOf(how, where, row)}`,
      answer: byLegacy ? "legacy" : problem,
      fallbackFrom: byLegacy ? kind : null,
      ran: runs,
      legacyWrites: byLegacy && method !== "GET" ? 1 : 0,
    };
  });
}

/** What is the request's own fault says nothing of the function. */
const OWN_FAULT: readonly FailureKind[] = ["too-large", "rejected"];

/** What the breaker made of the GET: it has seen nothing else, and opens at the first failure. */
async function breakerOf(how: string, row: number): Promise<string> {
  const status = await fetch(`${stack.adminUrl}/api/status?route=${how}-${row}`);
  return Status.parse(await status.json()).routes[0].breakers.function;
}
const Status = z.object({ routes: z.tuple([z.object({ breakers: z.object({ function: z.string() }) })]) });

const numbered = (failures: readonly ServiceFailure[]) =>
  failures.map((failure, row) => ({ ...failure, row }));

describe("the service's failure, where the whole answer is waited for:", () => {
  it.each(numbered(bufferedRows))("$what is $kind", async ({ row, ...failure }) => {
    expect(await outcomesOf("buffered", row, failure)).toEqual(expectedOf("buffered", row, failure));
    expect(await breakerOf("buffered", row)).toBe(OWN_FAULT.includes(failure.kind) ? "closed" : "open");
  });
});

describe("the service's failure, where the answer is to be streamed:", () => {
  it.each(numbered(serviceFailures))("$what is $kind", async ({ row, ...failure }) => {
    expect(await outcomesOf("streamed", row, failure)).toEqual(expectedOf("streamed", row, failure));
    expect(await breakerOf("streamed", row)).toBe(OWN_FAULT.includes(failure.kind) ? "closed" : "open");
  });
});

describe("the table of the service's failures", () => {
  it("knows them by the statuses that the SDK knows them by", () => {
    const sdk: Readonly<Record<string, unknown>> = lambda;
    const described = z
      .tuple([z.unknown(), z.unknown(), z.unknown(), z.object({ httpError: z.number() })])
      .rest(z.unknown());
    const documented = typedRefusals.filter(([, type]) => sdk[`${type}$`] !== undefined);
    expect(documented.length).toBeGreaterThan(40);
    expect(documented).toEqual(
      documented.map(([, type]) => [described.parse(sdk[`${type}$`])[3].httpError, type]),
    );
  });
});
