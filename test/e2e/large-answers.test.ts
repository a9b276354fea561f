import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startHarness } from "../support/harness.ts";

/** Reads are made into memory that is used again: nobody may ever see a byte of another's answer. */

/** More than sockets buffer on the way. */
const BYTES = 12 * 1024 ** 2;

/** A body that no other seed has a word of at the same place. */
function bodyOf(seed: number): Buffer {
  return Buffer.from(Uint32Array.from({ length: BYTES / 4 }, (_, i) => seed * 0x1000000 + i).buffer);
}

let monolith: Server;
let gateway: Awaited<ReturnType<typeof startHarness>>;

beforeAll(async () => {
  monolith = createServer((req, res) => {
    const { searchParams } = new URL(req.url!, "http://a");
    const body = bodyOf(Number(searchParams.get("seed")));
    if (searchParams.get("framing") === "sized") res.setHeader("content-length", body.length);
    // In pieces of all sizes, so that chunks begin and end anywhere in what is read.
    for (let at = 0, piece = 1; at < body.length; at += piece, piece = (piece * 7 + 3) % 150_000)
      res.write(body.subarray(at, at + piece));
    res.end();
  }).listen(0, "127.0.0.1");
  await once(monolith, "listening");
  gateway = await startHarness({
    legacyUrl: `http://127.0.0.1:${(monolith.address() as AddressInfo).port}`,
  });
});
afterAll(async () => {
  await gateway.close();
  monolith.close().closeAllConnections();
});

function asked(seed: number, framing: "sized" | "chunked"): Socket {
  const socket = connect({ port: gateway.port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.write(`GET /?seed=${seed}&framing=${framing} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  return socket;
}

/** The body as the client has it. One that is slow reads on when sockets are full, and not fast then either. */
async function downloaded(seed: number, framing: "sized" | "chunked", slow: boolean): Promise<Buffer> {
  const socket = asked(seed, framing);
  const parts: Buffer[] = [];
  if (slow) await pause(500);
  socket.on("data", (bytes: Buffer) => {
    parts.push(bytes);
    if (!slow) return;
    socket.pause();
    setTimeout(() => socket.resume(), 2);
  });
  await once(socket, "close");
  const all = Buffer.concat(parts);
  const body = all.subarray(all.indexOf("\r\n\r\n") + 4);
  return framing === "sized" ? body : unchunked(body);
}

function unchunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, end), 16);
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/** Goes away somewhere in the middle. */
async function aborted(seed: number, framing: "sized" | "chunked"): Promise<void> {
  const socket = asked(seed, framing);
  let left = 100_000 * (1 + (seed % 7));
  socket.on("data", (bytes: Buffer) => {
    left -= bytes.length;
    if (left < 0) socket.resetAndDestroy();
  });
  await once(socket, "close");
}

it("each client gets its own, whole, beside slow ones and such as leave", { timeout: 60_000 }, async () => {
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const seed = round * 12 + i + 1;
        const framing = i % 2 === 0 ? "sized" : "chunked";
        if (i % 4 === 3) return aborted(seed, framing);
        const got = await downloaded(seed, framing, i % 3 !== 0);
        expect(got.equals(bodyOf(seed))).toBe(true);
      }),
    );
  }
});
