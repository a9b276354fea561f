import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startHarness } from "../support/harness.ts";

/** Answers that come while the client is still sending, with which its connection ends (RFC 9112 §9.6). */

const BODY_BYTES = 2 * 1024 ** 2;

let monolith: Server;
let gateway: Awaited<ReturnType<typeof startHarness>>;

beforeAll(async () => {
  // It says no as soon as it has the head, and reads on.
  monolith = createServer((req, res) => {
    req.resume();
    res.writeHead(413, { "content-length": 9 }).end("too large");
  }).listen(0, "127.0.0.1");
  await once(monolith, "listening");
  const { port } = monolith.address() as AddressInfo;
  gateway = await startHarness({ legacyUrl: `http://127.0.0.1:${port}`, limits: { uploadMs: 5_000 } });
});
afterAll(async () => {
  await gateway.close();
  monolith.close().closeAllConnections();
});

/** Sends all of its body in pieces, whatever it hears meanwhile, and only then looks at what came. */
async function upload(framing: string, piece: (bytes: number) => string): Promise<string> {
  const socket = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  let heard = "";
  socket.on("error", () => undefined);
  socket.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
  const ended = new Promise<void>((resolve) => socket.once("end", resolve).once("close", () => resolve()));
  socket.write(`POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${framing}\r\n\r\n`);
  for (let sent = 0; sent < BODY_BYTES && socket.writable; sent += 64 * 1024) {
    if (!socket.write(piece(64 * 1024)))
      await Promise.race([once(socket, "drain"), ended]).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  socket.destroy();
  return heard;
}

it.each([
  ["a length", `Content-Length: ${BODY_BYTES}`, (bytes: number) => "x".repeat(bytes)],
  [
    "chunks",
    "Transfer-Encoding: chunked",
    (bytes: number) => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`,
  ],
])("reach a client that sends %s, although its connection ends with them", async (_, framing, piece) => {
  for (let round = 0; round < 5; round += 1) {
    const heard = await Promise.all(Array.from({ length: 16 }, () => upload(framing, piece)));
    for (const answer of heard) expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*\r\n\r\ntoo large$/);
  }
});

/** Asks once, for the last time on this connection, and goes on all the same. */
async function lastAndMore(first: string): Promise<{ heard: string; reset: boolean }> {
  const socket = connect({ port: gateway.port, host: "127.0.0.1" });
  let [heard, reset] = ["", false];
  socket.on("error", () => (reset = true));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  // What comes later than the answer is what a reset is for.
  socket.once("data", () => {
    for (let i = 0; i < 10; i += 1) socket.write("GET /more HTTP/1.1\r\nHost: a\r\n\r\n");
  });
  socket.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
  socket.write(`${first}GET /behind HTTP/1.1\r\nHost: a\r\nTransfer-E`);
  await closed;
  return { heard, reset };
}

it.each([
  ["HTTP/1.0", "GET /last HTTP/1.0\r\nHost: a\r\n\r\n"],
  ["close", "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
])("reach a client that goes on behind its last request, by %s, without a reset", async (_, first) => {
  const heard = await Promise.all(Array.from({ length: 40 }, () => lastAndMore(first)));
  for (const one of heard) {
    expect(one).toEqual({
      heard: expect.stringMatching(/^HTTP\/1\.1 413 [^]*too large$/) as string,
      reset: false,
    });
  }
});
