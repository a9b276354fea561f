import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawExchange } from "../support/raw-client.ts";
import { retainedBytes } from "../support/retained-bytes.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** A function's answer passes as it comes: real SDK, real runtime client, real sockets. */

const routes = `
  streams:
    match: { path: "/api/echo/{rest*}" }
    function: { lambda: streams, stream: true }
    stage: cutover
    repeatable: false
    breaker: { minimumCalls: 1000 }
  whole:
    match: { path: /whole }
    function: { lambda: streams }
    stage: retired
  buffered:
    match: { path: /buffered }
    function: { lambda: buffered, stream: true }
    stage: retired`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(routes, "", resolve(import.meta.dirname, "functions"));
});
afterAll(() => stack.close());

const url = (how: string, n = 0) => `/api/echo/x?how=${how}&n=${n}`;
const get = (target: string, method = "GET") => fetch(stack.url + target, { method });
const invoked = () => stack.functions.invocations("streams")["streams"]?.count ?? 0;

function open(target: string): Promise<IncomingMessage> {
  const out = request({ port: stack.port, path: target });
  out.on("error", () => undefined).end();
  return once(out, "response").then(([answer]: IncomingMessage[]) => answer!);
}

describe("the head of a streamed answer", () => {
  it("says status, fields and cookies; its length is the gateway's business", async () => {
    const answer = await rawExchange(
      stack.port,
      `GET ${url("head")} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    const [head, body] = answer.split("\r\n\r\n", 2);
    expect(head).toMatch(/^HTTP\/1\.1 206 /);
    expect(head).toContain("set-cookie: a=1; Path=/\r\nset-cookie: b=2\r\n");
    expect(head).toMatch(/x-a: 1/);
    expect(head).not.toMatch(/content-length/i);
    expect(body).toBe("4\r\npart\r\n0");
  });

  it("is whole however it is cut", async () => {
    const answer = await get(url("crumbs"));
    expect([answer.status, answer.headers.get("x-crumbs"), await answer.text()]).toEqual([
      201,
      "yes",
      "whole",
    ]);
  });

  it("may be all there is", async () => {
    const answer = await get(url("empty"));
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });

  it("is lost at the runtime when nothing is written after it, as at AWS", async () => {
    const answer = await get(url("never-written"));
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  it("need not be there, as behind a Function URL", async () => {
    const answer = await get(url("raw"));
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "application/octet-stream",
      "data by itself",
    ]);
  });

  it("answers HEAD without a body", async () => {
    const answer = await get(url("head"), "HEAD");
    expect([answer.status, await answer.text()]).toEqual([206, ""]);
  });
});

describe("a function and a route that do not agree about streaming", () => {
  it("a streaming function called for its whole answer gives it", async () => {
    const answer = await get("/whole?how=head");
    expect([answer.status, answer.headers.getSetCookie(), await answer.text()]).toEqual([
      206,
      ["a=1; Path=/", "b=2"],
      "part",
    ]);
  });

  it("a buffered function on a streaming route answers as it always did", async () => {
    const answer = await get("/buffered");
    expect([answer.status, await answer.text()]).toEqual([202, "whole: /buffered"]);
  });
});

describe("a stream", () => {
  it("of events arrives event by event", async () => {
    const answer = await open(url("sse", 20));
    const lags: number[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const arrived = performance.timeOrigin + performance.now();
      // Two may come in one piece, when nobody has looked in between.
      for (const [, written] of chunk.toString().matchAll(/data: ([\d.]+)\n/g))
        lags.push(arrived - Number(written));
    }
    lags.sort((a, b) => a - b);
    const median = lags[lags.length >> 1]!.toFixed(1);
    process.stdout.write(
      `${lags.length} events, from the function's write to the client: median ${median} ms\n`,
    );
    expect(lags).toHaveLength(20);
  });

  it("of 100 MB passes whole, and nothing of it is kept", async () => {
    await (await get(url("megabytes", 1))).arrayBuffer();
    const before = retainedBytes();
    const answer = await open(url("megabytes", 100));
    let length = 0;
    const held: number[] = [];
    let lookAt = 10 ** 7;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length < lookAt) continue;
      lookAt += 10 ** 7;
      held.push((retainedBytes() - before) / 1024 ** 2);
    }
    held.sort((a, b) => a - b);
    const median = held[held.length >> 1]!;
    process.stdout.write(`100 MB streamed: ${median.toFixed(1)} MB held on the way, the service included\n`);
    expect(length).toBe(100 * 1024 ** 2);
    expect(median).toBeLessThan(30);
  });

  it("waits for a client that reads slowly", async () => {
    const answer = await open(url("megabytes", 100));
    await once(answer, "readable");
    const before = retainedBytes();
    // Long enough for all of it, if anybody took it.
    await pause(1_000);
    expect((retainedBytes() - before) / 1024 ** 2).toBeLessThan(60);
    const running = invoked();
    answer.destroy();
    await expect.poll(invoked, { timeout: 5_000 }).toBe(running + 1);
  });

  it("is given up when its client goes away, and the next one is served", async () => {
    const before = invoked();
    const answer = await open(url("sse", 40));
    await once(answer, "data");
    answer.destroy();
    await expect.poll(() => stack.finished.at(-1)?.delivery).toBe("client-gone");
    expect((await get(url("crumbs"))).status).toBe(201);
    // The function itself runs to its end, as at AWS.
    await expect.poll(invoked, { timeout: 5_000 }).toBe(before + 2);
  });
});

describe("a function that fails", () => {
  it("before a byte: legacy answers a GET, a POST learns it, and neither ran twice", async () => {
    const before = invoked();
    const read = await get(url("throw-first"));
    expect([read.status, await read.json()]).toMatchObject([200, { method: "GET" }]);
    const write = await get(url("throw-first"), "POST");
    expect([write.status, write.headers.get("content-type")]).toEqual([502, "application/problem+json"]);
    expect(invoked()).toBe(before + 2);
    expect(stack.finished.at(-2)).toMatchObject({ answeredBy: "legacy", fallbackFrom: "function-error" });
  });

  it("with a head that is none: the same", async () => {
    const before = invoked();
    const read = await get(url("bad-head"));
    expect([read.status, await read.json()]).toMatchObject([200, { method: "GET" }]);
    expect((await get(url("bad-head"), "POST")).status).toBe(502);
    await expect.poll(invoked).toBe(before + 2);
  });

  it.each(["throw-late", "exit-late"])(
    "in the middle (%s): half an answer never looks like a whole one",
    async (how) => {
      const before = invoked();
      const answer = await open(url(how));
      let text = "";
      const reading = (async () => {
        for await (const chunk of answer as AsyncIterable<Buffer>) text += chunk.toString();
      })();
      await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
      expect(text).toBe("half of ");
      await expect
        .poll(() => stack.finished.at(-1))
        .toMatchObject({ answeredBy: "function", delivery: "cut-short" });
      expect(invoked()).toBe(before + 1);
    },
  );
});
