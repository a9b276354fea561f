import { expect } from "vitest";
import { z } from "zod";
import type { FailurePhase, Side } from "../../gateway/upstreams/upstream.ts";
import { told, type Told } from "./problem.ts";
import type { Stack } from "./stack.ts";

const METHODS = ["GET", "POST", "PUT"] as const;
type Method = (typeof METHODS)[number];

/** What came of one failure of the probe, met by a GET, by a POST, and by a PUT that is declared repeatable. */
export interface Outcome {
  /** Why legacy answered the GET. */
  readonly kind: string | null;
  /** What the gateway held for known of the work: whom it let legacy stand in for tells. */
  readonly phase: FailurePhase;
  /** What the POST was answered. */
  readonly write: Told | "legacy";
  /** The breaker that saw nothing but the GET, and opens at the first failure. */
  readonly breaker: string;
  /** Who did something, told by those who did. Legacy's reads do nothing. */
  readonly doneBy: Readonly<Record<Method, readonly Side[]>>;
}

/** What has to come of it when the function ran and failed: each ran once, and only the GET goes to legacy. */
export const ranAndFailed = (kind: string, write: Told): Outcome => ({
  kind,
  phase: "started",
  write,
  breaker: "open",
  doneBy: { GET: ["function"], POST: ["function"], PUT: ["function"] },
});

/** The same when it ran, and the gateway cannot know: what is repeatable is repeated, once. */
export const ranUnheard = (kind: string, write: Told): Outcome => ({
  ...ranAndFailed(kind, write),
  phase: "unknown",
  doneBy: { GET: ["function"], POST: ["function"], PUT: ["function", "legacy"] },
});

/** The same when it did not run: legacy does everything, once. */
export const neverRan = (kind: string, breaker = "open"): Outcome => ({
  kind,
  phase: "not-started",
  write: "legacy",
  breaker,
  doneBy: { GET: [], POST: ["legacy"], PUT: ["legacy"] },
});

const PATIENT = "breaker: { minimumCalls: 1000 }";
const FRAGILE = "breaker: { minimumCalls: 1, errorPercent: 50, window: 30s, open: 60s }";

/** The routes that `outcomeOf` asks under a path; each of its rows needs a breaker that has seen nothing yet. */
export function probed(base: string, target: string, rows: number, timeout = "30s"): string {
  const id = base.split("/").at(-1)!;
  const rest = `function: ${target}, stage: cutover, timeout: ${timeout}`;
  const fragile = Array.from(
    { length: rows },
    (_, row) => `  ${id}-${row}: { match: { path: ${base}/read/${row} }, ${rest}, ${FRAGILE} }`,
  );
  return [
    `  ${id}: { match: { path: ${base}/write }, ${rest}, ${PATIENT} }`,
    `  ${id}-repeatable: { match: { path: ${base}/repeatable }, ${rest}, repeatable: true, ${PATIENT} }`,
    ...fragile,
  ].join("\n");
}

const Echo = z.object({ method: z.string() });
const Status = z.object({ routes: z.tuple([z.object({ breakers: z.object({ function: z.string() }) })]) });

/** Asks a stack whose routes lead to the probe, and tells who did what by the journal that both sides write to. */
export function probing(stack: () => Stack) {
  let entriesBefore = 0;
  let finishedBefore = 0;
  const rows = new Map<string, number>();
  const entries = () => stack().legacy.journal().slice(entriesBefore);
  const journal = () => entries().map(({ side }) => side);
  const doneBy = (): Outcome["doneBy"] => {
    const sidesOf = (method: Method) => entries().flatMap(({ key, side }) => (key === method ? [side] : []));
    return { GET: sidesOf("GET"), POST: sidesOf("POST"), PUT: sidesOf("PUT").toSorted() };
  };
  /** From now on journal and telemetry count. */
  const begin = () => {
    entriesBefore = stack().legacy.journal().length;
    finishedBefore = stack().finished.length;
  };
  /** What telemetry was told of as many requests since the test began: a test has to wait for all of its own. */
  const finished = async (count: number) => {
    await expect.poll(() => stack().finished.length - finishedBefore, { timeout: 5_000 }).toBe(count);
    return stack()
      .finished.slice(finishedBefore)
      .map(({ request, ...event }) => ({ ...event, method: request.method }));
  };
  const ask = (method: string, path: string, probe: string, n = 0, more: Record<string, string> = {}) =>
    fetch(stack().url + path, {
      method,
      headers: { "x-probe": probe, "x-probe-n": String(n), "idempotency-key": method, ...more },
      redirect: "manual",
    });
  const breakerOf = async (routeId: string) => {
    const status = await fetch(`${stack().adminUrl}/api/status?route=${routeId}`);
    return Status.parse(await status.json()).routes[0].breakers.function;
  };
  /** Asks the routes of `probed` in all three ways at once. */
  const outcomeOf = async (
    base: string,
    probe: string,
    n = 0,
    more: Record<string, string> = {},
  ): Promise<Outcome> => {
    const row = rows.get(base) ?? 0;
    rows.set(base, row + 1);
    const paths: Record<Method, string> = { GET: `read/${row}`, POST: "write", PUT: "repeatable" };
    const [read, write, repeatable] = await Promise.all(
      METHODS.map(async (method) => {
        const answer = await ask(method, `${base}/${paths[method]}`, probe, n, more);
        if (answer.status !== 200) return told(answer);
        expect(Echo.parse(await answer.json())).toEqual({ method });
        return "legacy" as const;
      }),
    );
    expect(read).toBe("legacy");
    return {
      kind: (await finished(3)).find(({ method }) => method === "GET")!.fallbackFrom,
      phase: repeatable !== "legacy" ? "started" : write === "legacy" ? "not-started" : "unknown",
      write: write!,
      breaker: await breakerOf(`${base.split("/").at(-1)}-${row}`),
      doneBy: doneBy(),
    };
  };
  return { begin, ask, entries, journal, doneBy, finished, breakerOf, outcomeOf };
}
