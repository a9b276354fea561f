import { resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { failed, late, told } from "../support/problem.ts";
import { neverRan, probed, probing, ranAndFailed, ranUnheard } from "../support/probing.ts";
import { startStack, type Stack } from "../support/stack.ts";

/**
 * The function fails in every way there is, for real: the SDK, AWS's runtime client, a process that dies. Who answers
 * is told by the journal that both sides write to, not by the gateway.
 */

const routes = `
${probed("/api/echo/x", "{ lambda: probe }", 20)}
${probed("/api/echo/quick", "{ lambda: probe }", 1, "1500ms")}
${probed("/api/echo/nowhere", "{ lambda: no-such-function }", 1)}`;
/** A route whose breaker stays closed. */
const WRITE = "/api/echo/x/write";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(routes);
});
afterAll(() => stack.close());
beforeEach(async () => {
  await stack.functions.change("probe", { reservedConcurrency: null });
  begin();
});

const { begin, ask, entries, journal, doneBy, finished, breakerOf, outcomeOf } = probing(() => stack);

describe("a function that ran and failed", () => {
  /** How its last three runs ended, as the service wrote down. */
  const ends = () => {
    const { invocations } = stack.functions.invocations("probe")["probe"]!;
    return invocations.slice(-3).map(({ outcome }) => outcome);
  };

  it.each([
    ["throw", 0, "Error"],
    ["throw-at-once", 0, "Error"],
    ["throw-later", 0, "Runtime.ExitError"],
    ["reject-unheard", 0, "Runtime.ExitError"],
    ["exit", 0, "Runtime.ExitError"],
    ["exit", 1, "Runtime.ExitError"],
    ["kill", 0, "Runtime.ExitError"],
    ["bigint", 0, "Runtime.JSONStringifyError"],
    ["bigint-within", 0, "Runtime.JSONStringifyError"],
    ["circular", 0, "Runtime.JSONStringifyError"],
    ["unprintable", 0, "Runtime.JSONStringifyError"],
    // An answer that is one byte too large with what is around its body.
    ["big", 6_291_556, "Function.ResponseSizeTooLarge"],
    ["hang", 0, "Sandbox.Timedout"],
  ])("%s %i is %s: legacy answers a GET, and no write goes anywhere else", async (probe, n, end) => {
    expect(await outcomeOf("/api/echo/x", probe, n)).toEqual(ranAndFailed("function-error", failed));
    expect(ends()).toEqual([end, end, end]);
  });

  it("slower than its share of our deadline: legacy answers in time what may be repeated, the rest gets 504", async () => {
    const outcome = await outcomeOf("/api/echo/quick", "hang");
    // The gateway has given up; whoever is slow to begin has yet to.
    await expect
      .poll(() => ({ ...outcome, doneBy: doneBy() }), { timeout: 10_000 })
      .toEqual(ranUnheard("timeout", late));
  });

  it("answered 500 itself: legacy answers a GET, a POST gets the function's own answer, and it counts", async () => {
    const read = await ask("GET", "/api/echo/x/read/18", "status", 500);
    expect(await read.json()).toMatchObject({ method: "GET" });
    const write = await ask("POST", WRITE, "status", 500);
    expect([write.status, await write.text()]).toEqual([500, "status 500\n"]);
    expect(await finished(2)).toMatchObject([
      { answeredBy: "legacy", fallbackFrom: "answered-500" },
      { answeredBy: "function", fallbackFrom: null },
    ]);
    expect(journal()).toEqual(["function", "function"]);
    expect(await breakerOf("x-18")).toBe("open");
  });

  it("answered 404 itself: that is an answer", async () => {
    expect((await ask("GET", "/api/echo/x/read/19", "status", 404)).status).toBe(404);
    expect(await finished(1)).toMatchObject([{ answeredBy: "function", fallbackFrom: null }]);
    expect(await breakerOf("x-19")).toBe("closed");
  });
});

describe("a function that fails when its answer is given", () => {
  it("has given it, and the next one is answered too", async () => {
    expect((await ask("POST", WRITE, "throw-after", 0)).status).toBe(200);
    // Either this one meets the dying process, or a new one; after it, the old one is gone.
    expect((await ask("GET", WRITE, "ok")).status).toBe(200);
    const next = await ask("POST", WRITE, "ok");
    expect([next.status, await next.text()]).toEqual([200, expect.stringContaining('"version":"2"')]);
    expect(journal().filter((side) => side === "legacy")).toEqual([]);
    await finished(3);
  });

  it("may take the next one down with it: that one ran, and is not run again", async () => {
    await stack.functions.change("probe", { killProcesses: true });
    expect((await ask("POST", WRITE, "throw-after", 800)).status).toBe(200);
    expect(await told(await ask("POST", WRITE, "hang", 1_900))).toEqual(failed);
    expect((await finished(2)).map((f) => f.answeredBy)).toEqual(["function", "gateway"]);
    expect(journal()).toEqual(["function", "function"]);
  });
});

describe("a function that cannot begin", () => {
  const names = ["throws-at-load", "exits-at-load", "missing-import", "missing-export", "callback"];
  let broken: Stack;
  const { begin: beginBroken, outcomeOf: brokenOutcomeOf } = probing(() => broken);
  beforeAll(async () => {
    const lines = [...names, "hangs-at-load"].map((name) =>
      probed(`/api/echo/${name}`, `{ lambda: ${name} }`, 1, name === "hangs-at-load" ? "1500ms" : "30s"),
    );
    broken = await startStack(lines.join("\n"), "", resolve(import.meta.dirname, "../local-aws/functions"));
  });
  afterAll(() => broken.close());
  beforeEach(() => beginBroken());

  it.each(names)("%s: legacy answers a GET, and no write goes anywhere else", async (name) => {
    expect(await brokenOutcomeOf(`/api/echo/${name}`, "ok")).toEqual({
      ...ranAndFailed("function-error", failed),
      doneBy: { GET: [], POST: [], PUT: [] },
    });
    expect(broken.functions.invocations(name)[name]!.count).toBe(3);
  });

  it("hangs-at-load: the same, when our own time is up, but for what may be repeated", async () => {
    expect(await brokenOutcomeOf("/api/echo/hangs-at-load", "ok")).toEqual({
      ...ranUnheard("timeout", late),
      doneBy: { GET: [], POST: [], PUT: ["legacy"] },
    });
  });
});

describe("a function that did not start", () => {
  it("throttled: legacy answers, writes too, once", async () => {
    await stack.functions.change("probe", { reservedConcurrency: 0 });
    expect(await outcomeOf("/api/echo/x", "ok")).toEqual(neverRan("throttled"));
  });

  it("does not exist: the same", async () => {
    expect(await outcomeOf("/api/echo/nowhere", "ok")).toEqual(neverRan("not-found"));
  });

  it("gets a request too large for an event: legacy answers it whole, and the function never hears of it", async () => {
    const body = Buffer.alloc(7_000_000, "x");
    const headers = { "idempotency-key": "large", "content-type": "text/plain" };
    const answer = await fetch(`${stack.url}/api/echo/x/read/17`, { method: "POST", body, headers });
    expect(await answer.json()).toMatchObject({ bytes: body.length });
    expect(await finished(1)).toMatchObject([{ answeredBy: "legacy", fallbackFrom: "too-large" }]);
    expect(journal()).toEqual(["legacy"]);
    expect(await breakerOf("x-17")).toBe("closed");
  });
});

describe("a function's processes that are killed while they work", () => {
  const KILLS = 2;

  it("cost no read, and no write is made twice", async () => {
    let cut = 0;
    for (let round = 0; round <= KILLS; round++) {
      begin();
      const keys = [0, 1, 2].map((i) => `killed-${round}-${i}`);
      const send = (method: string, key: string) =>
        ask(method, WRITE, "hang", round === KILLS ? 1 : 1_900, { "idempotency-key": key });
      const reads = keys.map(async (key) => (await send("GET", `${key}-read`)).status);
      const writes = keys.map(async (key) => [key, (await send("POST", key)).status] as const);
      // What is in the journal is at work, and has the longer part of it before it.
      await expect.poll(() => journal().length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
      if (round < KILLS) await stack.functions.change("probe", { killProcesses: true });
      expect(await Promise.all(reads)).toEqual([200, 200, 200]);
      for (const [key, status] of await Promise.all(writes)) {
        const times = entries().filter((entry) => entry.key === key).length;
        expect([key, status, times]).toEqual([
          key,
          ...(status === 200 ? [200, 1] : [502, Math.min(times, 1)]),
        ]);
        if (status === 502) cut += 1;
      }
    }
    expect(cut).toBeGreaterThan(0);
  });
});
