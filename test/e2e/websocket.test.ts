import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { startHarness } from "../support/harness.ts";
import { rawExchange } from "../support/raw-client.ts";
import { rawServer } from "../support/raw-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = createHash("sha1").update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
const handshake = (path: string, fields = "") =>
  `GET ${path} HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n${fields}\r\n`;

async function inFrontOf(
  legacyUrl: string,
  more: Omit<Parameters<typeof startHarness>[0], "legacyUrl"> = {},
) {
  const harness = await startHarness({ legacyUrl, ...more });
  cleanups.push(() => harness.close());
  return harness;
}

async function monolith(...script: Parameters<typeof rawServer>) {
  const server = await rawServer(...script);
  cleanups.push(() => server.close());
  return server;
}

/** A monolith with a WebSocket that says back what it hears, and tells what its handshake looked like. */
async function echoing() {
  const server = http.createServer();
  const seen: http.IncomingMessage[] = [];
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, req) => {
    seen.push(req);
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe("a WebSocket", () => {
  it("is joined with the monolith, both ways, with fields that ingress has passed", async () => {
    const legacy = await echoing();
    const { port } = await inFrontOf(legacy.url);
    const headers = { "X-Forwarded-For": "6.6.6.6", Cookie: "sid=1", X_Forwarded_For: "7.7.7.7" };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live?x=%2F`, { headers });
    const heard: string[] = [];
    socket.on("message", (data: Buffer) => heard.push(data.toString()));
    await new Promise((resolve) => socket.once("open", resolve));
    for (let i = 0; i < 100; i++) socket.send(`message ${i}`);
    await expect.poll(() => heard.length).toBe(100);
    expect(heard[99]).toBe("message 99");
    const [{ url, headers: got }] = legacy.seen as [http.IncomingMessage];
    expect(url).toBe("/api/live?x=%2F");
    expect(got).toMatchObject({ cookie: "sid=1", "x-forwarded-for": "127.0.0.1" });
    expect(got["x_forwarded_for"]).toBeUndefined();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.close();
    await closed;
  });

  it("is refused where ingress refuses", async () => {
    const legacy = await monolith(() => undefined);
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, handshake("/a/../b"))).toMatch(/^HTTP\/1\.1 400 [\s\S]*dot-segment/);
    expect(await rawExchange(port, handshake("/", "Host: other\r\n"))).toMatch(/^HTTP\/1\.1 400 /);
    expect(legacy.received).toEqual([]);
  });

  it("is refused once the monolith has let go of the route", async () => {
    const legacy = await monolith(() => undefined);
    const routes = "  live: { match: { path: /live }, function: { lambda: f }, stage: retired }";
    const { port } = await inFrontOf(legacy.url, { routes });
    expect(await rawExchange(port, handshake("/live"))).toMatch(/^HTTP\/1\.1 501 /);
    expect(legacy.received).toEqual([]);
  });

  it("gets a 502 when the monolith's 101 is not for it, and no byte of the tunnel", async () => {
    const wrong = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    const legacy = await monolith((socket) =>
      socket.write(`${wrong}Sec-WebSocket-Accept: ${ACCEPT.slice(1)}A\r\n\r\nTUNNEL`),
    );
    const { port } = await inFrontOf(legacy.url);
    const got = await rawExchange(port, handshake("/"));
    expect(got).toMatch(/^HTTP\/1\.1 502 /);
    expect(got).not.toContain("TUNNEL");
  });

  it("gets a 502 when nobody listens, and the gateway goes on", async () => {
    const legacy = await rawServer(() => undefined);
    await legacy.close();
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, handshake("/"))).toMatch(/^HTTP\/1\.1 502 /);
    expect(await rawExchange(port, handshake("/"))).toMatch(/^HTTP\/1\.1 502 /);
  });

  it("gets the monolith's refusal as it is", async () => {
    const legacy = await monolith((socket) =>
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
    );
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, handshake("/"))).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*no$/);
  });

  it("survives malformed refusals of the monolith", async () => {
    const legacy = await monolith((socket) => socket.end("HTTP/1.1 000 \x01\r\nContent-Length: 2\r\n\r\nno"));
    const { port } = await inFrontOf(legacy.url);
    expect(await rawExchange(port, handshake("/"))).toMatch(/^HTTP\/1\.1 502 /);
  });
});

describe("any other protocol", () => {
  it("is answered as if nothing had been asked: h2c never reaches the monolith", async () => {
    const legacy = await monolith((socket, soFar) => {
      if (soFar.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    const { port } = await inFrontOf(legacy.url);
    const fields =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    const got = await rawExchange(port, `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`, (soFar) =>
      soFar.endsWith("ok"),
    );
    expect(got).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(legacy.received[0]).not.toMatch(/upgrade|h2c|http2-settings/i);
  });
});
