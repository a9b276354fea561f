import { connect } from "node:net";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { UpstreamError } from "../../gateway/upstreams/upstream.ts";
import { rawExchange } from "../support/raw-client.ts";
import { answering, rawServer } from "../support/raw-server.ts";
import { fakeFunction, startHarness, text } from "../support/harness.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function monolith(...script: Parameters<typeof rawServer>) {
  const server = await rawServer(...script);
  cleanups.push(() => server.close());
  return server;
}

async function inFrontOf(
  legacyUrl: string,
  more: Omit<Parameters<typeof startHarness>[0], "legacyUrl"> = {},
) {
  const harness = await startHarness({ legacyUrl, ...more });
  cleanups.push(() => harness.close());
  return harness;
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const get = (path: string, fields = "") =>
  `GET ${path} HTTP/1.1\r\nHost: shop\r\n${fields}Connection: close\r\n\r\n`;

describe("the data path", () => {
  it("passes an answer on byte for byte", async () => {
    const body = "\x00\xff\r\n\r\n";
    const answer = `HTTP/1.1 200 Fine\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nx-A: 1\r\nX-a: caf\xe9\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const legacy = await monolith(answering(answer));
    const { port } = await inFrontOf(legacy.url);
    const got = await rawExchange(port, get("/x"));
    expect(got).toBe(answer.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
  });

  it("sends the first bytes of a stream before the last exist, with header bytes unharmed", async () => {
    const legacy = await monolith((socket) => {
      socket.write(
        "HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        "latin1",
      );
    });
    const { port } = await inFrontOf(legacy.url);
    const got = await rawExchange(port, get("/events"), (soFar) => soFar.includes("\r\n\r\n"));
    expect(got).toContain("X-Name: caf\xe9\r\n");
  });

  it("shows an answer that legacy cut short as cut short", async () => {
    const legacy = await monolith((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    );
    const { port, finished } = await inFrontOf(legacy.url);
    const got = await rawExchange(port, get("/x"));
    expect(got).toContain("half");
    expect(got).not.toMatch(/0\r\n\r\n$/);
    await expect.poll(() => finished[0]?.delivery).toBe("cut-short");
  });

  it("answers a broken monolith with a 502 problem and goes on", async () => {
    const legacy = await monolith((socket, soFar) => {
      socket.write(soFar.includes("/bad") ? "HTTP/1.1 000 \x01\r\nContent-Length: 99\r\n\r\n" : OK);
    });
    const { port } = await inFrontOf(legacy.url);
    const bad = await rawExchange(port, get("/bad"));
    expect(bad).toMatch(/^HTTP\/1\.1 502 /);
    expect(bad).toContain("Content-Type: application/problem+json");
    expect(bad).not.toContain("Content-Length: 99");
    expect(await rawExchange(port, get("/good"))).toMatch(/ok$/);
  });

  it("answers 504 at the deadline and 502 when nobody listens", async () => {
    const silent = await monolith(() => undefined);
    const slow = await inFrontOf(silent.url, { legacyTimeoutMs: 60 });
    expect(await rawExchange(slow.port, get("/x"))).toMatch(/^HTTP\/1\.1 504 /);
    await silent.close();
    expect(await rawExchange(slow.port, get("/x"))).toMatch(/^HTTP\/1\.1 502 [\s\S]*upstream-unreachable/);
  });

  it.each([
    ["two Host fields", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["no Host field", "GET / HTTP/1.1\r\n\r\n", 400],
    ["a Host that is none", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
    ["a dot segment", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    [
      "length and chunks at once",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "a coding beside chunked",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      501,
    ],
    ["its own Via", "GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 banyan-test\r\n\r\n", 508],
    ["a head that never ends", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(40_000)}\r\n\r\n`, 431],
    ["no HTTP at all", "HELLO\r\n\r\n", 400],
  ])("refuses %s, and nothing of it reaches legacy", async (_what, bytes, status) => {
    const legacy = await monolith(answering(OK));
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(legacy.received).toEqual([]);
  });

  it.each([
    ["by length", "GET", "Content-Length: 2\r\n\r\nok"],
    ["to HEAD", "HEAD", "Transfer-Encoding: chunked\r\n\r\n"],
  ])("survives trailers announced where there is no room for them: %s", async (_how, method, rest) => {
    const legacy = await monolith(answering(`HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n${rest}`));
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, get("/", "Trailer: X-Sum\r\n").replace("GET", method))).toMatch(
      /^HTTP\/1\.1 200 OK/,
    );
  });

  it("sends absolute-form on in origin-form, with its authority as Host", async () => {
    const legacy = await monolith(answering(OK));
    const { port } = await inFrontOf(legacy.url);
    await rawExchange(port, get("http://other.example:81/a?b"));
    expect(legacy.received[0]).toMatch(/^GET \/a\?b HTTP\/1\.1\r\nHost: other\.example:81\r\n/);
  });

  it("passes 103 on to HTTP/1.1 clients, and to no others", async () => {
    const legacy = await monolith(answering(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`));
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, get("/"))).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200/,
    );
    expect(await rawExchange(port, "GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200/);
  });

  it("says 100 Continue when legacy does, and not before", async () => {
    let asked = false;
    const legacy = await monolith((socket, soFar) => {
      if (!asked) {
        asked = true;
        socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      } else if (soFar.endsWith("abc")) socket.write(OK);
    });
    const { port } = await inFrontOf(legacy.url);
    const head =
      "PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
    const first = await rawExchange(port, head, (soFar) => soFar.includes("100 Continue"));
    expect(asked).toBe(true);
    expect(first).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    asked = false;
    expect(await rawExchange(port, `${head}abc`)).toMatch(/200 OK[\s\S]*ok$/);
  });

  it("ends the monolith's work when the client goes away", async () => {
    let cut = false;
    const legacy = await monolith((socket) => socket.once("close", () => (cut = true)));
    const { port, finished } = await inFrontOf(legacy.url);
    const client = connect(port, "127.0.0.1", () => client.write(get("/slow")));
    await expect.poll(() => legacy.received.length).toBe(1);
    client.destroy();
    await expect.poll(() => cut).toBe(true);
    await expect.poll(() => finished[0]?.delivery).toBe("client-gone");
  });
});

describe("a route's stages", () => {
  const routes =
    "  order:\n    match: { path: '/orders/{id}' }\n    function: { lambda: f }\n    stickyBy: ['header:x-user']\n";
  const flags = (stage: "legacy" | "shadow" | "canary" | "cutover" | "retired", percent = 0) => ({
    version: "1",
    routes: new Map([["order", { stage, percent }]]),
  });

  it.each([
    ["legacy", 0, "legacy", null],
    ["shadow", 0, "legacy", "function"],
    ["canary", 100, "function", "legacy"],
    ["cutover", 0, "function", "legacy"],
    ["retired", 0, "function", null],
  ] as const)("%s %s %%: %s answers, %s is shadowed", async (stage, percent, answeredBy, shadow) => {
    const legacy = await monolith(answering(OK));
    const order = fakeFunction(text(200, "fn"));
    const { port, finished, mirrored } = await inFrontOf(legacy.url, {
      routes,
      functions: { order },
      flags: flags(stage, percent),
    });
    expect(await rawExchange(port, get("/orders/1", "x-user: 7\r\n"))).toMatch(
      answeredBy === "legacy" ? /ok$/ : /fn$/,
    );
    await expect.poll(() => finished[0]).toMatchObject({ answeredBy, decision: { stage, shadow } });
    expect(mirrored).toHaveLength(shadow === null ? 0 : 1);
    expect(order.calls).toBe(answeredBy === "function" ? 1 : 0);
  });

  it("goes to legacy whatever the stage once the kill switch is on", async () => {
    const legacy = await monolith(answering(OK));
    const order = fakeFunction(text(200, "fn"));
    const { port } = await inFrontOf(legacy.url, {
      routes,
      functions: { order },
      flags: { ...flags("retired"), killed: true },
    });
    expect(await rawExchange(port, get("/orders/1"))).toMatch(/ok$/);
    expect(order.calls).toBe(0);
  });

  it("falls back without a trace of the failed answer", async () => {
    const legacy = await monolith(answering(OK));
    const failed = text(503, "function down", ["X-Leak", "1", "Set-Cookie", "leak=1"]);
    const { port, finished } = await inFrontOf(legacy.url, {
      routes,
      functions: { order: fakeFunction(failed) },
      flags: flags("cutover"),
    });
    const got = await rawExchange(port, get("/orders/1"));
    expect(got).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ok$/);
    expect(got).not.toMatch(/leak/i);
    await expect
      .poll(() => finished[0])
      .toMatchObject({ answeredBy: "legacy", fallbackFrom: "answered-503" });
  });

  it("sends a write that may have run to nobody else", async () => {
    const legacy = await monolith(answering(OK));
    const order = fakeFunction("timeout");
    const { port } = await inFrontOf(legacy.url, { routes, functions: { order }, flags: flags("cutover") });
    const got = await rawExchange(
      port,
      "POST /orders/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    expect(got).toMatch(/^HTTP\/1\.1 504 /);
    expect(order.calls).toBe(1);
    expect(legacy.received).toEqual([]);
  });

  it("sends a write that did not start to legacy, body and all", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("hello")) socket.write(OK);
    });
    const order = fakeFunction(async (request) => {
      await request.body.whole(100);
      throw new UpstreamError("throttled", "too many");
    });
    const { port } = await inFrontOf(legacy.url, { routes, functions: { order }, flags: flags("cutover") });
    const head = "POST /orders/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    expect(await rawExchange(port, `${head}Content-Length: 5\r\n\r\nhello`)).toMatch(/ok$/);
    expect(order.calls).toBe(1);
  });

  it("opens the breaker, lets legacy answer meanwhile, and comes back by a probe", async () => {
    const legacy = await monolith(answering(OK));
    let failing = true;
    const order = fakeFunction(() =>
      failing
        ? Promise.reject(new UpstreamError("function-error", "down"))
        : Promise.resolve(text(200, "fn")),
    );
    const breaker = "    breaker: { minimumCalls: 3, open: 200ms, window: 5s }\n";
    const { port, finished, breakers } = await inFrontOf(legacy.url, {
      routes: routes + breaker,
      functions: { order },
      flags: flags("cutover"),
    });
    for (let i = 0; i < 6; i++) expect(await rawExchange(port, get("/orders/1"))).toMatch(/ok$/);
    expect(order.calls).toBe(3);
    expect(finished.slice(3).map((f) => f.fallbackFrom)).toEqual([
      "breaker-open",
      "breaker-open",
      "breaker-open",
    ]);
    expect(breakers.states()).toContainEqual({ routeId: "order", side: "function", state: "open" });
    failing = false;
    await expect
      .poll(async () => (await rawExchange(port, get("/orders/1"))).endsWith("fn"), { timeout: 5_000 })
      .toBe(true);
    expect(breakers.states()).toContainEqual({ routeId: "order", side: "function", state: "closed" });
  });

  it("resets the client when a function's stream breaks after its first byte", async () => {
    const legacy = await monolith(answering(OK));
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        await new Promise((later) => setTimeout(later, 20));
        throw new Error("the function died");
      })(),
    );
    const order = fakeFunction({ status: 200, reason: "", headers: ["Content-Length", "9"], body: broken });
    const { port } = await inFrontOf(legacy.url, { routes, functions: { order }, flags: flags("cutover") });
    const got = await rawExchange(port, get("/orders/1"));
    expect(got).toMatch(/half$/);
    expect(legacy.received).toEqual([]);
  });

  it("hands out a cookie only where it is asked to, and keeps the client on its side by it", async () => {
    const legacy = await monolith(answering(OK));
    const asked = routes.replace("['header:x-user']", "['header:x-user', 'new-cookie:side']");
    const order = fakeFunction(text(200, "fn"));
    const { port } = await inFrontOf(legacy.url, {
      routes: asked,
      functions: { order },
      flags: flags("canary", 50),
    });
    const first = await rawExchange(port, get("/orders/1"));
    const cookie = /Set-Cookie: (side=[^;]+);/.exec(first)?.[1];
    expect(cookie).toBeDefined();
    const side = first.slice(-2);
    for (let i = 0; i < 5; i++) {
      const again = await rawExchange(port, get("/orders/1", `Cookie: ${cookie}\r\n`));
      expect(again.slice(-2)).toBe(side);
      expect(again).not.toContain("Set-Cookie");
    }
  });
});

describe("a drain", () => {
  it("ends with the last answer, though its client would keep the connection", async () => {
    const legacy = await monolith((socket) => setTimeout(() => socket.write(OK), 150));
    const { port, server } = await inFrontOf(legacy.url);
    const answer = rawExchange(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await expect.poll(() => legacy.received.length).toBe(1);
    await server.drain();
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*ok$/);
  });
});

describe("a deadline", () => {
  it("is for upstreams and not for uploads: a body that keeps moving may take longer", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("aaaaa")) socket.write(OK);
    });
    const { port } = await inFrontOf(legacy.url, { legacyTimeoutMs: 150 });
    const head = "PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";
    const got = await new Promise<string>((resolve) => {
      let soFar = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(head));
      let sent = 0;
      const dripping = setInterval(() => {
        socket.write("a");
        if (++sent === 5) clearInterval(dripping);
      }, 80);
      socket.on("data", (chunk) => (soFar += chunk.toString("latin1"))).on("close", () => resolve(soFar));
    });
    expect(got).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it("is no leave to drip: a body that hardly moves gets 408 in the time for uploads, not in the route's", async () => {
    const legacy = await monolith(() => undefined);
    const { port } = await inFrontOf(legacy.url, { legacyTimeoutMs: 600_000, limits: { uploadMs: 300 } });
    const head = "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n";
    const got = await new Promise<string>((resolve) => {
      let soFar = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(head));
      const dripping = setInterval(() => socket.write("a"), 50);
      cleanups.push(() => clearInterval(dripping));
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => (soFar += chunk.toString("latin1"))).on("close", () => resolve(soFar));
    });
    expect(got).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("leaves legacy its share after a function that needed a slow upload first", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("aa")) setTimeout(() => socket.write(OK), 60);
    });
    const order = fakeFunction(async (request) => {
      await request.body.whole(100);
      throw new UpstreamError("throttled", "too many");
    });
    const routes =
      "  order: { match: { path: /o }, function: { lambda: f }, stage: cutover, timeout: 200ms }";
    const { port } = await inFrontOf(legacy.url, { routes, functions: { order } });
    const head = "PUT /o HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n";
    const got = await new Promise<string>((resolve) => {
      let soFar = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(`${head}a`));
      setTimeout(() => socket.write("a"), 400);
      socket.on("data", (chunk) => (soFar += chunk.toString("latin1"))).on("close", () => resolve(soFar));
    });
    expect(got).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});
