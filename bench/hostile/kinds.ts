import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { perform } from "../../test/edge/perform.ts";
import { LARGE_PATH } from "./exchange.ts";
import { refusedCases } from "./refused-cases.ts";

/** A way to be hostile on one connection. */
export interface HostileKind {
  readonly name: string;
  /** `n` counts the connections of this kind; `received` is what came so far. Over when it returns, if it has not been cut. */
  attack(socket: Socket, n: number, received: () => string): Promise<void>;
}

const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: shop\r\n${fields}\r\n`;
const POST = "POST /api/echo/hostile HTTP/1.1\r\nHost: shop\r\n";

/** Longer than any limit that is set here: whoever is not cut by then is not cut at all. */
export const PATIENCE_MS = 8_000;
const DRIP_MS = 200;
const FLOOD = 1_500;

/** These bytes one after the other, each after a while, until it is cut. */
async function drip(socket: Socket, bytes: () => string): Promise<void> {
  for (let ms = 0; ms < PATIENCE_MS && !socket.destroyed; ms += DRIP_MS) {
    socket.write(bytes());
    await pause(DRIP_MS);
  }
}

async function closed(socket: Socket): Promise<void> {
  for (let ms = 0; ms < PATIENCE_MS && !socket.destroyed; ms += DRIP_MS) await pause(DRIP_MS);
}

const conversation = (name: string, topics: readonly string[]): HostileKind => {
  const cases = refusedCases(topics);
  return {
    name,
    async attack(socket, n, received) {
      await perform(cases[n % cases.length]!, socket, received);
      // Long enough for its answer, short enough to get to many.
      for (let i = 0; i < 10 && !socket.destroyed; i++) await pause(20);
    },
  };
};

/** Ten of them: one connection of each is two of a hundred beside 490 others. */
export const KINDS: readonly HostileKind[] = [
  {
    name: "slow head",
    async attack(socket) {
      socket.write("GET / HTTP/1.1\r\nHost: shop\r\nX-Slow: ");
      await drip(socket, () => "x");
    },
  },
  {
    name: "dripping body",
    async attack(socket, n) {
      const chunked = n % 2 === 1;
      socket.write(`${POST}${chunked ? "Transfer-Encoding: chunked" : "Content-Length: 100000"}\r\n\r\n`);
      await drip(socket, () => (chunked ? "1\r\nx\r\n" : "x"));
    },
  },
  conversation("malformed", ["fields", "host-and-targets", "paths", "chunks"]),
  conversation("smuggling", ["framing", "cves", "trailers", "hop-by-hop"]),
  {
    name: "leaves in its request",
    async attack(socket) {
      socket.write(`${POST}Content-Length: 100000\r\n\r\n${"x".repeat(20_000)}`);
      await pause(50);
      socket.resetAndDestroy();
    },
  },
  {
    name: "leaves in its answer",
    async attack(socket, _n, received) {
      socket.write(get(LARGE_PATH));
      while (!socket.destroyed && received() === "") await pause(5);
      socket.resetAndDestroy();
    },
  },
  {
    name: "never reads",
    async attack(socket) {
      socket.pause();
      socket.write(get(LARGE_PATH));
      // Only who reads learns that it was cut.
      await pause(PATIENCE_MS - 1_000);
      socket.resume();
      await closed(socket);
    },
  },
  {
    name: "pipelining flood",
    async attack(socket) {
      socket.write(get("/api/orders/flood").repeat(FLOOD));
      await closed(socket);
    },
  },
  {
    name: "idle",
    async attack(socket, n) {
      if (n % 2 === 1) socket.write(get("/api/orders/once"));
      await closed(socket);
    },
  },
  {
    name: "upgrade rubbish",
    async attack(socket, n) {
      const fields = UPGRADES[n % UPGRADES.length]!;
      socket.write(get("/api/live", `Connection: Upgrade\r\n${fields}`));
      await pause(50);
      if (!socket.destroyed) socket.write("\x81\xff\x00\x01 rubbish \r\n\r\n".repeat(100), "latin1");
      await pause(150);
    },
  },
];

const UPGRADES = [
  "Upgrade: websocket\r\nSec-WebSocket-Key: no key\r\nSec-WebSocket-Version: 13\r\n",
  "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
  "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
  "Upgrade: websocket\r\nContent-Length: 5\r\n",
];
