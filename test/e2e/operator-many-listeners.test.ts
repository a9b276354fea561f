import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStack, type Stack } from "../support/stack.ts";

/** A thousand operators who look on, while clients are answered and a route is moved on and on. */

const LISTENERS = 1000;
const REQUESTS = 1000;
const CLIENTS = 8;
const FLIP_EVERY_MS = 250;
const ROUTES = `
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
    stage: canary
    percent: 0.5
`;

let stack: Stack;
let expected: string;
beforeAll(async () => {
  stack = await startStack(ROUTES);
  expected = await answer();
  // Whoever comes first finds everything cold.
  await requests();
});
afterAll(() => stack.close());

async function answer(): Promise<string> {
  const response = await fetch(`${stack.url}/version`);
  return `${response.status} ${await response.text()}`;
}

/** Asks the monolith again and again; how long each took in milliseconds, sorted, and which answers were not right. */
async function requests() {
  const took: number[] = [];
  const wrong: string[] = [];
  const client = async () => {
    while (took.length < REQUESTS) {
      const startedAt = performance.now();
      const answered = await answer();
      took.push(performance.now() - startedAt);
      if (answered !== expected) wrong.push(answered);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { took: took.toSorted((a, b) => a - b), wrong };
}

/** Moves the route on, up to one percent, until what this returns is called; that resolves with where it was moved to. */
function flipping() {
  let percent = 0.5;
  const stopped = new AbortController();
  const flip = async () => {
    while (!stopped.signal.aborted) {
      percent = Math.round(percent * 1000 + 1) / 1000;
      const body = JSON.stringify({ route: "get-order", stage: "canary", percent, reason: "r", force: true });
      const headers = { "content-type": "application/json" };
      const flipped = await fetch(`${stack.adminUrl}/api/flip`, { method: "POST", headers, body });
      if (!flipped.ok) throw new Error(await flipped.text());
      await new Promise((again) => setTimeout(again, FLIP_EVERY_MS));
    }
    return percent;
  };
  const flipped = flip();
  return () => {
    stopped.abort();
    return flipped;
  };
}

async function toldBy(child: ChildProcess): Promise<Record<string, number>> {
  child.send("how are things?");
  const [told] = (await once(child, "message")) as [Record<string, number>];
  return told;
}

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.floor(sorted.length * share)]!.toFixed(1);

describe("a thousand listeners", () => {
  it("are all told, while every client gets the right answer", { timeout: 120_000 }, async () => {
    let stop = flipping();
    const without = await requests();
    await stop();

    const port = new URL(stack.adminUrl).port;
    const script = resolve(import.meta.dirname, "../support/many-listeners.ts");
    const child = fork(script, [port, String(LISTENERS)]);
    const seated = async () => Object.values(await toldBy(child)).reduce((sum, count) => sum + count, 0);
    await expect.poll(seated, { timeout: 30_000 }).toBe(LISTENERS);
    stop = flipping();
    const beside = await requests();
    const percent = await stop();

    await expect.poll(() => toldBy(child), { timeout: 30_000 }).toEqual({ [percent]: LISTENERS });
    expect([without.wrong, beside.wrong]).toEqual([[], []]);
    const over = await fetch(`${stack.adminUrl}/api/events`);
    expect(over.status).toBe(503);
    child.kill();
    await once(child, "exit");
    console.log(
      `p50/p99 of ${REQUESTS} requests: ${at(without.took, 0.5)}/${at(without.took, 0.99)} ms without listeners, ${at(beside.took, 0.5)}/${at(beside.took, 0.99)} ms beside ${LISTENERS}`,
    );
  });
});
