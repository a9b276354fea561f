import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { fakeFunction, startHarness, text } from "../support/harness.ts";
import { rawExchange } from "../support/raw-client.ts";
import { answering, rawServer } from "../support/raw-server.ts";
import { retainedBytes } from "../support/retained-bytes.ts";

/** Clients and monoliths that stall, reset, lie and leave. Each of these was once a way to do harm. */

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const get = (path: string, fields = "") =>
  `GET ${path} HTTP/1.1\r\nHost: shop\r\n${fields}Connection: close\r\n\r\n`;

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

async function client(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  cleanups.push(() => socket.destroy());
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  return socket;
}

const UPGRADE =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

describe("the gateway survives", () => {
  it("refused upgrades that are reset at once", async () => {
    const legacy = await monolith(answering(OK));
    const { port } = await inFrontOf(legacy.url);
    for (let i = 0; i < 20; i++) {
      (await client(port, `GET /a/../b HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`)).resetAndDestroy();
    }
    expect(await rawExchange(port, get("/"))).toMatch(/ok$/);
  });

  it("a client that keeps its half of a refused upgrade open", async () => {
    const legacy = await monolith(() => undefined);
    const { port } = await inFrontOf(legacy.url);
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    cleanups.push(() => socket.destroy());
    socket.write(`GET /a/../b HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`);
    socket.resume();
    await new Promise((ended) => socket.once("end", ended));
    // Writing into what the other side has let go of is told by a reset.
    const reset = new Promise((resolve) => socket.once("error", resolve));
    const writing = setInterval(() => socket.write("x"), 100);
    cleanups.push(() => clearInterval(writing));
    expect(await reset).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) as unknown });
  });

  it("an endless flood of interim answers to a client that does not read", async () => {
    const hint = `HTTP/1.1 103 Early Hints\r\nLink: </${"x".repeat(4_000)}>\r\n\r\n`;
    const legacy = await monolith((socket) => {
      const flood = () => {
        while (!socket.destroyed && socket.write(hint.repeat(20)));
        if (!socket.destroyed) socket.once("drain", flood);
      };
      flood();
    });
    const { port } = await inFrontOf(legacy.url, { legacyTimeoutMs: 60_000 });
    const socket = await client(port, get("/"));
    socket.pause();
    const before = retainedBytes();
    await pause(1_500);
    expect((retainedBytes() - before) / 1024 ** 2).toBeLessThan(50);
  });
});

describe("a connection to the monolith is given back", () => {
  it("when it answers an expectation without asking for the body", async () => {
    const legacy = await monolith((socket, soFar) => {
      const answered = soFar.includes("Expect") ? "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n" : OK;
      if (soFar.endsWith("\r\n\r\n")) socket.write(answered);
    });
    const { port } = await inFrontOf(legacy.url, { more: "" });
    for (let i = 0; i < 3; i++) {
      const head =
        "PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
      expect(await rawExchange(port, head, (soFar) => soFar.includes("401"))).toMatch(/^HTTP\/1\.1 401 /);
    }
    await expect.poll(() => legacy.open()).toBe(0);
  });

  it("when it answers in the middle of an upload and the client leaves", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("\r\n\r\nx")) socket.write("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
    });
    const { port } = await inFrontOf(legacy.url);
    const socket = await client(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\nx");
    await new Promise((answered) => socket.once("data", answered));
    socket.destroy();
    await expect.poll(() => legacy.open()).toBe(0);
  });

  it("when a WebSocket's client vanishes while the monolith sends", async () => {
    const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    const legacy = await monolith((socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      const flood = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
        if (!socket.destroyed) socket.once("drain", flood);
      };
      flood();
    });
    const { port } = await inFrontOf(legacy.url);
    const socket = await client(port, `GET /live HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`);
    socket.pause();
    await pause(300);
    socket.resetAndDestroy();
    await expect.poll(() => legacy.open(), { timeout: 5_000 }).toBe(0);
  });
});

describe("a drain ends", () => {
  it("though a WebSocket is open", async () => {
    const legacy = await monolith((socket) => {
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
      );
    });
    const { port, server } = await inFrontOf(legacy.url);
    const socket = await client(port, `GET /live HTTP/1.1\r\nHost: a\r\n${UPGRADE}\r\n`);
    await new Promise((joined) => socket.once("data", joined));
    await server.drain();
    await expect.poll(() => socket.destroyed).toBe(true);
  });
});

describe("an answer", () => {
  it("cut short is cut short for HTTP/1.0 too: by a reset", async () => {
    const legacy = await monolith((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    );
    const { port } = await inFrontOf(legacy.url);
    const socket = await client(port, "GET / HTTP/1.0\r\n\r\n");
    socket.resume();
    const ending = await new Promise((resolve) =>
      socket.once("error", resolve).once("end", () => resolve("clean")),
    );
    expect(ending).toMatchObject({ code: "ECONNRESET" });
  });

  it("reaches a client that sends rubbish behind its request, which it is told of, and which reaches nobody", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("hi")) setTimeout(() => socket.write(OK), 50);
    });
    const { port } = await inFrontOf(legacy.url);
    const got = await rawExchange(
      port,
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGARBAGE\r\n\r\n",
    );
    expect(got).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*okHTTP\/1\.1 400 Bad Request\r\nConnection: close/);
    expect(legacy.received.join("")).not.toContain("GARBAGE");
  });

  it("to an upload that is too large leaves the connection usable", async () => {
    const legacy = await monolith(() => undefined);
    const order = fakeFunction("too-large");
    const routes = "  order: { match: { path: /o }, function: { lambda: f }, stage: retired }";
    const { port } = await inFrontOf(legacy.url, { routes, functions: { order } });
    const upload = `POST /o HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${"x".repeat(300_000)}`;
    const twice = await rawExchange(
      port,
      upload + get("/o"),
      (soFar) => soFar.split("HTTP/1.1 413").length === 3,
    );
    expect(twice.split("HTTP/1.1 413")).toHaveLength(3);
  });

  it("of the monolith in a coding that we do not speak is none", async () => {
    const legacy = await monolith(
      answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    );
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, get("/"))).toMatch(/^HTTP\/1\.1 502 /);
  });

  it("passes interim fields only where they belong to nobody's connection", async () => {
    const hint =
      "HTTP/1.1 103 Early Hints\r\nConnection: X-Secret\r\nX-Secret: 1\r\nContent-Length: 5\r\nLink: </a>\r\n\r\n";
    const legacy = await monolith(answering(hint + OK));
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, get("/"))).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200/,
    );
  });
});

describe("a request", () => {
  const trusting = { more: "trustedProxies: [127.0.0.0/8]" };

  it("keeps its trust fields whatever Connection nominates", async () => {
    const legacy = await monolith(answering(OK));
    const { port } = await inFrontOf(legacy.url, trusting);
    const fields =
      "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nConnection: X-Forwarded-For, X-Forwarded-Proto\r\n";
    await rawExchange(port, `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`, (soFar) => soFar.endsWith("ok"));
    expect(legacy.received[0]).toContain("X-Forwarded-For: 6.6.6.6, 127.0.0.1\r\n");
    expect(legacy.received[0]).toContain("X-Forwarded-Proto: https\r\n");
  });

  it.each([
    ["a user in its authority", "GET http://evil@internal/z HTTP/1.0\r\n\r\n", 400],
    ["half an address as its authority", "GET http://[::1/z HTTP/1.0\r\n\r\n", 400],
    ["another version of HTTP", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
    ["CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405],
    [
      "a body before an upgrade",
      `GET /ws HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n${UPGRADE}\r\nhello`,
      400,
    ],
  ])("with %s is refused", async (_what, bytes, status) => {
    const legacy = await monolith(answering(OK));
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(legacy.received).toEqual([]);
  });

  it("brings no routing, trust or credentials in its trailers", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (/\r\n0\r\n([^\r]+\r\n)*\r\n$/.test(soFar)) socket.write(OK);
    });
    const { port } = await inFrontOf(legacy.url);
    const trailers =
      "Host: evil\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nCookie: a=b\r\nX-Sum: 1\r\n";
    const chunked =
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n";
    expect(await rawExchange(port, `${chunked}${trailers}\r\n`)).toMatch(/ok$/);
    expect(legacy.received[0]!.split("\r\n0\r\n")[1]).toBe("X-Sum: 1\r\n\r\n");
  });

  it("of HTTP/1.0 hears no 100 Continue", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("abc")) socket.write(OK);
      else if (soFar.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    });
    const { port } = await inFrontOf(legacy.url);
    const got = await rawExchange(
      port,
      "PUT / HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
    );
    expect(got).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it("that is slowly uploaded and too large for the function has legacy's whole time left", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("0\r\n\r\n")) setTimeout(() => socket.write(OK), 100);
    });
    const order = fakeFunction(async (request) => {
      if ((await request.body.whole(3)) === null)
        return fakeFunction("too-large").send(request, { timeoutMs: 1, signal: request.signal });
      return text(200, "fn");
    });
    const routes =
      "  order: { match: { path: /o }, function: { lambda: f }, stage: cutover, timeout: 300ms }";
    const { port } = await inFrontOf(legacy.url, { routes, functions: { order } });
    const socket = await client(
      port,
      "POST /o HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    );
    let got = "";
    socket.on("data", (chunk) => (got += chunk.toString("latin1")));
    await pause(400);
    socket.write("2\r\ncd\r\n");
    await pause(200);
    socket.write("0\r\n\r\n");
    await new Promise((closed) => socket.once("close", closed));
    expect(got).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ok$/);
  });
});

describe("a breaker", () => {
  it("does not count the time a client takes to send", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("bb")) socket.write(OK);
    });
    const routes =
      "  order: { match: { path: /o }, function: { lambda: f }, stage: legacy, breaker: { slowCall: 100ms, minimumCalls: 2 } }";
    const { port, breakers } = await inFrontOf(legacy.url, { routes });
    for (let i = 0; i < 3; i++) {
      const socket = await client(
        port,
        "PUT /o HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nb",
      );
      socket.resume();
      await pause(200);
      socket.write("b");
      await new Promise((closed) => socket.once("close", closed));
    }
    expect(breakers.states()).toEqual([{ routeId: "order", side: "legacy", state: "closed" }]);
  });
});
