import { expect } from "vitest";
import { z } from "zod";
import type { Side } from "../../gateway/upstreams/upstream.ts";
import { told, type Told } from "./problem.ts";
import type { Stack } from "./stack.ts";

/** What came of a GET and of a POST after it, on a route whose function is the probe. */
export interface Outcome {
  /** The method that legacy's echo heard. */
  readonly read: string;
  readonly write: Told;
  /** Whom telemetry names, and why legacy answered. */
  readonly answeredBy: readonly string[];
  readonly fallbackFrom: readonly (string | null)[];
  /** Who did something, in order. */
  readonly journal: readonly Side[];
}

/** What has to come of it when the function ran: legacy answers the GET, the POST reaches nobody else, each ran once. */
export const ranAndFailed = (cause: string, write: Told): Outcome => ({
  read: "GET",
  write,
  answeredBy: ["legacy", "gateway"],
  fallbackFrom: [cause, null],
  journal: ["function", "function"],
});

const Echo = z.object({ method: z.string() });

/** Asks a stack whose routes lead to the probe, and tells who did what by the journal that both sides write to. */
export function probing(stack: () => Stack) {
  let before = 0;
  const entries = () => stack().legacy.journal().slice(before);
  const journal = () => entries().map(({ side }) => side);
  const last = () => stack().finished.at(-1);
  /** From now on the journal counts. */
  const begin = () => {
    before = stack().legacy.journal().length;
  };
  const ask = (method: string, path: string, probe: string, n = 0, more: Record<string, string> = {}) =>
    fetch(stack().url + path, {
      method,
      headers: { "x-probe": probe, "x-probe-n": String(n), "idempotency-key": `${method} ${probe}`, ...more },
      redirect: "manual",
    });
  const outcomeOf = async (asking: (method: string) => Promise<Response>): Promise<Outcome> => {
    const { finished } = stack();
    const told0 = finished.length;
    const { method } = Echo.parse(await (await asking("GET")).json());
    const write = await told(await asking("POST"));
    await expect.poll(() => finished.length).toBe(told0 + 2);
    return {
      read: method,
      write,
      answeredBy: finished.slice(told0).map(({ answeredBy }) => answeredBy),
      fallbackFrom: finished.slice(told0).map(({ fallbackFrom }) => fallbackFrom),
      journal: journal(),
    };
  };
  return { begin, ask, entries, journal, last, outcomeOf };
}
