import { request, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { answeredBadly, failed, late } from "../support/problem.ts";
import { probed, probing, ranAndFailed, ranUnheard } from "../support/probing.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** A function fails while its answer streams. Once a byte of it has left, nobody else can answer any more. */

const STREAMING = "{ lambda: probe, qualifier: streaming, stream: true }";
const routes = [
  probed("/api/echo/x", STREAMING, 20),
  probed("/api/echo/quick", STREAMING, 1, "1500ms"),
  probed("/api/echo/whole", "{ lambda: probe, stream: true }", 10),
].join("\n");

/** A route whose breaker stays closed. */
const WRITE = "/api/echo/x/write";
/** As the probe reads it. */
const NULS = "\\0".repeat(8);

let stack: Stack;
const { begin, ask, journal, doneBy, finished, outcomeOf } = probing(() => stack);
beforeAll(async () => {
  stack = await startStack(routes);
  // Warm processes: in a new one AWS's runtime client may ask for more before its word of an error is through.
  await Promise.all([0, 1, 2].map(() => ask("GET", WRITE, "ok")));
  await vi.waitUntil(() => stack.finished.length === 3);
});
afterAll(() => stack.close());
beforeEach(begin);

/** What came of a body until it broke off; fails when it did not. */
async function brokenOff(method: string, path: string, headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ port: stack.port, path, method, headers }, resolve).on("error", reject).end();
  const answer = await promise;
  let text = "";
  const reading = (async () => {
    for await (const chunk of answer as AsyncIterable<Buffer>) text += chunk.toString();
  })();
  await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
  return { status: answer.statusCode, type: answer.headers["content-type"], text };
}

describe("a function that fails before the first byte of its stream", () => {
  it.each(["throw", "exit"])("%s: legacy answers a GET, and no write goes anywhere else", async (probe) => {
    const outcome = await outcomeOf("/api/echo/x", probe);
    expect(outcome).toEqual(ranAndFailed("function-error", failed));
  });

  it("timed out at AWS: the same", async () => {
    const outcome = await outcomeOf("/api/echo/x", "hang");
    expect(outcome).toEqual(ranAndFailed("function-error", failed));
  });

  it("slower than its share of our deadline: legacy answers in time what may be repeated, the rest gets 504", async () => {
    const outcome = await outcomeOf("/api/echo/quick", "hang");
    // The gateway has given up; whoever is slow to begin has yet to.
    await expect
      .poll(() => ({ ...outcome, doneBy: doneBy() }), { timeout: 10_000 })
      .toEqual(ranUnheard("timeout", late));
  });
});

describe("a stream whose head is none", () => {
  const no = ranAndFailed("bad-answer", answeredBadly);

  it("has a status that is none: legacy answers a GET, and no write goes anywhere else", async () => {
    expect(await outcomeOf("/api/echo/x", "bad-status")).toEqual(no);
  });

  it.each([
    `{"statusCode":"banana"}${NULS}x`,
    `{"statusCode":200,"headers":[]}${NULS}x`,
    `{"statusCode":200,"headers":{"x":"a\\nb"}}${NULS}x`,
    // Ends before its head does.
    '{"statusCode":200',
    '{"statusCode":200}\\0\\0\\0',
  ])("%s: the same", async (text) => {
    expect(await outcomeOf("/api/echo/x", "by-hand", 0, { "x-probe-text": text })).toEqual(no);
  });

  it.each([
    ["does not look like one", "statusCode: 200", "statusCode: 200"],
    ["is no JSON", `{"statusCode":20${NULS}x`, `{"statusCode":20${"\0".repeat(8)}x`],
  ])("and %s is a body by itself", async (_what, written, text) => {
    const answer = await ask("GET", WRITE, "by-hand", 0, { "x-probe-text": written });
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect([answer.status, await answer.text()]).toEqual([200, text]);
  });
});

/** What telemetry is told of a stream that broke off. */
const CUT = { answeredBy: "function", fallbackFrom: null, delivery: "cut-short" };

describe("a function that fails after the first bytes of its stream", () => {
  it.each(["late-throw", "late-exit", "late-kill", "late-hang"])(
    "%s: half an answer never looks like a whole one, and nobody else is asked",
    async (probe) => {
      const answers = await Promise.all(
        ["GET", "POST"].map((method) => brokenOff(method, WRITE, { "x-probe": probe })),
      );
      const half = { status: 200, type: "text/plain", text: "half of " };
      expect(answers).toEqual([half, half]);
      expect(await finished(2)).toMatchObject([CUT, CUT]);
      expect(journal()).toEqual(["function", "function"]);
    },
  );
});

describe("a connection to the service that breaks in the middle of a stream", () => {
  const halfway = (times: number) => stack.functions.change("probe", { fail: { reset: "halfway", times } });

  it("in its head: legacy answers a GET, and no write goes anywhere else", async () => {
    await halfway(3);
    const outcome = await outcomeOf("/api/echo/x", "ok");
    expect(outcome).toEqual(ranAndFailed("reset", failed));
  });

  it("in its body: half an answer never looks like a whole one, and nobody else is asked", async () => {
    const text = `{"statusCode":201}${NULS}${"x".repeat(100)}`;
    for (const method of ["GET", "POST"]) {
      await halfway(1);
      const headers = { "x-probe": "by-hand", "x-probe-text": text };
      const answer = await brokenOff(method, WRITE, headers);
      expect(answer.status).toBe(201);
      expect(answer.text).toMatch(/^x{10,99}$/);
    }
    expect(await finished(2)).toMatchObject([CUT, CUT]);
    expect(journal()).toEqual(["function", "function"]);
  });
});

describe("a function that does not stream, where its answer may", () => {
  it.each([
    ["throw", 0, "function-error", failed],
    ["exit", 1, "function-error", failed],
    ["bigint", 0, "function-error", failed],
    ["big", 6_291_556, "function-error", failed],
    ["rubbish", 0, "bad-answer", answeredBadly],
    ["bad-base64", 0, "bad-answer", answeredBadly],
    ["bad-header", 0, "bad-answer", answeredBadly],
  ] as const)(
    "%s %i: legacy answers a GET, and no write goes anywhere else",
    async (probe, n, cause, write) => {
      const outcome = await outcomeOf("/api/echo/whole", probe, n);
      expect(outcome).toEqual(ranAndFailed(cause, write));
    },
  );
});
