import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startStack, type Stack } from "../support/stack.ts";

/**
 * The function fails in every way there is, for real: the SDK, AWS's runtime client, a process that dies. Who answers
 * is told by the journal that both sides write to, not by the gateway.
 */

const routes = `
  probe:
    match: { path: "/api/echo/{rest*}" }
    function: { lambda: probe }
    stage: cutover
    repeatable: false
    timeout: 8s
    breaker: { minimumCalls: 1000 }
  quick:
    match: { path: "/api/status/{code}" }
    function: { lambda: probe }
    stage: cutover
    timeout: 1s
    breaker: { minimumCalls: 1000 }
  nowhere:
    match: { path: "/api/v1/{rest*}" }
    function: { lambda: no-such-function }
    stage: cutover
    repeatable: false`;

let stack: Stack;
let before: number;

beforeAll(async () => {
  stack = await startStack(routes);
});
afterAll(() => stack.close());
beforeEach(async () => {
  await stack.functions.change("probe", { reservedConcurrency: null });
  before = stack.legacy.journal().length;
});

const ask = (method: string, path: string, probe: string, n = 0) =>
  fetch(stack.url + path, {
    method,
    headers: { "x-probe": probe, "x-probe-n": String(n), "idempotency-key": `${method} ${probe}` },
    redirect: "manual",
  });

/** Which sides did something since the test began, in order. */
const journal = () =>
  stack.legacy
    .journal()
    .slice(before)
    .map(({ side }) => side);
const last = () => stack.finished.at(-1)!;

describe("a function that ran and failed", () => {
  it.each([
    ["throw", "function-error"],
    ["throw-later", "function-error"],
    ["exit", "function-error"],
    ["bigint", "function-error"],
    ["rubbish", "bad-answer"],
    ["bad-base64", "bad-answer"],
    ["bad-header", "bad-answer"],
  ])("%s: a GET is answered by legacy, a POST reaches nobody else", async (probe, cause) => {
    const read = await ask("GET", "/api/echo/x", probe);
    expect(read.status).toBe(200);
    expect(await read.json()).toMatchObject({ method: "GET", url: "/api/echo/x" });
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: cause });
    expect(journal()).toEqual(["function"]);

    const write = await ask("POST", "/api/echo/x", probe);
    expect(write.status).toBe(502);
    expect(write.headers.get("content-type")).toBe("application/problem+json");
    expect(await write.text()).not.toMatch(/thrown|probe|trace|stack/i);
    expect(journal()).toEqual(["function", "function"]);
  });

  it("timed out at AWS: the same", async () => {
    const read = await ask("GET", "/api/echo/x", "hang");
    expect(read.status).toBe(200);
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "function-error" });
    const write = await ask("POST", "/api/echo/x", "hang");
    expect(write.status).toBe(502);
    expect(journal()).toEqual(["function", "function"]);
  });

  it("slower than its share of our deadline: a GET is answered by legacy in time, a POST gets 504", async () => {
    const read = await ask("GET", "/api/status/200", "hang", 2_500);
    expect(read.status).toBe(200);
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "timeout" });
    const write = await ask("POST", "/api/status/200", "hang", 2_500);
    expect(write.status).toBe(504);
    expect(journal()).toEqual(["function", "function"]);
  });

  it("answered 500 itself: a GET is answered by legacy, a POST gets the function's own answer", async () => {
    const read = await ask("GET", "/api/echo/x", "status", 500);
    expect(read.status).toBe(200);
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "answered-500" });
    const write = await ask("POST", "/api/echo/x", "status", 500);
    expect(write.status).toBe(500);
    expect(await write.text()).toBe("status 500\n");
    expect(journal()).toEqual(["function", "function"]);
  });

  it("answered 404 itself: that is an answer", async () => {
    const read = await ask("GET", "/api/echo/x", "status", 404);
    expect(read.status).toBe(404);
    await expect.poll(last).toMatchObject({ answeredBy: "function", fallbackFrom: null });
  });
});

describe("a function that did not start", () => {
  it("throttled: legacy answers, the write too, once", async () => {
    await stack.functions.change("probe", { reservedConcurrency: 0 });
    expect((await ask("GET", "/api/echo/x", "ok")).status).toBe(200);
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "throttled" });
    expect(await (await ask("POST", "/api/echo/x", "ok")).json()).toMatchObject({ method: "POST" });
    expect(journal()).toEqual(["legacy"]);
  });

  it("does not exist: legacy answers", async () => {
    expect((await ask("GET", "/api/v1/orders", "ok")).status).toBe(307);
    expect((await ask("POST", "/api/v1/orders", "ok")).status).toBe(307);
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "not-found" });
  });

  it("gets a request too large for an event: legacy answers it whole, and the function never hears of it", async () => {
    const body = Buffer.alloc(7_000_000, "x");
    const headers = { "idempotency-key": "large", "content-type": "text/plain" };
    const answer = await fetch(`${stack.url}/api/echo/large`, { method: "POST", body, headers });
    expect(await answer.json()).toMatchObject({ bytes: body.length });
    await expect.poll(last).toMatchObject({ answeredBy: "legacy", fallbackFrom: "too-large" });
    expect(journal()).toEqual(["legacy"]);
  });
});

describe("a function's process that is killed under load", () => {
  it("costs no read, and no write is made twice", async () => {
    const reads: Promise<number>[] = [];
    const writes: Promise<[string, number]>[] = [];
    for (let i = 0; i < 60; i++) {
      reads.push(ask("GET", "/api/echo/k", "hang", 40).then((answer) => answer.status));
      const key = `killed-${i}`;
      const headers = { "x-probe": "hang", "x-probe-n": "40", "idempotency-key": key };
      writes.push(fetch(`${stack.url}/api/echo/k`, { method: "POST", headers }).then((a) => [key, a.status]));
      if (i % 20 === 10) await stack.functions.change("probe", { killProcesses: true });
      await new Promise((next) => setTimeout(next, 15));
    }
    expect(await Promise.all(reads)).toEqual(reads.map(() => 200));
    const written = await Promise.all(writes);
    const counts = new Map<string, number>();
    for (const { key } of stack.legacy.journal().slice(before)) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const [key, status] of written) {
      expect([200, 502]).toContain(status);
      // Once where the client was told that it worked; at most once where it was told that it did not.
      expect(counts.get(key) ?? 0).toBeLessThanOrEqual(1);
    }
    for (const [key] of written.filter(([, status]) => status === 200)) {
      expect(counts.get(key)).toBe(1);
    }
    console.log(
      `${written.filter(([, status]) => status === 502).length} of ${written.length} writes were cut by a kill`,
    );
  });
});

describe("the breaker of a failing function", () => {
  it("opens, keeps clients on legacy, probes, and closes when the function is back", async () => {
    const breaking = await startStack(`
  probe:
    match: { path: "/api/echo/{rest*}" }
    function: { lambda: probe }
    stage: cutover
    breaker: { minimumCalls: 4, errorPercent: 50, window: 30s, open: 300ms }`);
    try {
      const get = (probe: string) => fetch(`${breaking.url}/api/echo/b`, { headers: { "x-probe": probe } });
      const invoked = () => breaking.functions.invocations("probe")["probe"]!.count;
      for (let i = 0; i < 10; i++) expect((await get("throw")).status).toBe(200);
      expect(invoked()).toBe(4);
      await expect.poll(() => breaking.finished.length).toBe(10);
      expect(breaking.finished.slice(4).map((f) => f.fallbackFrom)).toEqual(Array(6).fill("breaker-open"));

      // Still failing: one probe, then open again.
      await expect.poll(async () => ((await get("throw")).status, invoked()), { interval: 50 }).toBe(5);
      expect((await get("throw")).status).toBe(200);
      expect(invoked()).toBe(5);

      // Back: a probe closes it, and the function answers.
      await expect
        .poll(async () => ((await get("ok")).status, breaking.finished.at(-1)?.answeredBy), { interval: 50 })
        .toBe("function");
      for (let i = 0; i < 5; i++) expect((await get("ok")).status).toBe(200);
      await expect
        .poll(() => breaking.finished.slice(-5).every((f) => f.answeredBy === "function"))
        .toBe(true);
    } finally {
      await breaking.close();
    }
  });
});
