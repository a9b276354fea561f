import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EdgeLimits } from "../../gateway/http/limits.ts";
import { startHarness } from "../support/harness.ts";

/** Limits of connections; those of requests and bodies are in test/edge. */

let ending: AsyncDisposableStack;
beforeEach(() => {
  ending = new AsyncDisposableStack();
});
afterEach(() => ending.disposeAsync());

/** A gateway before a monolith that answers everything, and says how many connections the gateway has ended. */
async function inFront(limits: Partial<EdgeLimits>, keepAliveTimeout = 60_000) {
  const monolith = createServer({ keepAliveTimeout }, (req, res) => res.end(`[${req.url}]`));
  let left = 0;
  monolith.on("connection", (socket) => socket.once("end", () => (left += 1)));
  monolith.listen(0, "127.0.0.1");
  await once(monolith, "listening");
  ending.defer(() => monolith.closeAllConnections());
  ending.defer(() => void monolith.close());
  const { port } = monolith.address() as AddressInfo;
  const gateway = await startHarness({ legacyUrl: `http://127.0.0.1:${port}`, limits });
  ending.defer(() => gateway.close());
  return { gateway, left: () => left };
}

/** A client with one connection; `ended` resolves when the gateway closes it. */
function client(port: number) {
  const socket = connect(port, "127.0.0.1");
  ending.defer(() => void socket.destroy());
  socket.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return { socket, ended, ask: (request: string) => asked(socket, request) };
}

/** Resolves with the answer once its body is there, and with null when the connection ends before. */
function asked(socket: Socket, request: string): Promise<string | null> {
  return new Promise((resolve) => {
    let heard = "";
    const onData = (bytes: Buffer) => {
      heard += bytes.toString("latin1");
      if (!heard.includes("]")) return;
      socket.off("data", onData);
      resolve(heard);
    };
    socket.on("data", onData).once("close", () => resolve(null));
    socket.write(request);
  });
}

const plain = (path: string) => `GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`;
/** What only node:http reads. */
const chunked = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`;

describe("connections of clients", () => {
  it("are closed at once beyond the limit, and taken again when one has ended", async () => {
    const { gateway } = await inFront({ connections: 2 });
    const [first, second] = [client(gateway.port), client(gateway.port)];
    expect(await first.ask(plain("/1"))).toContain("[/1]");
    expect(await second.ask(plain("/2"))).toContain("[/2]");

    expect(await client(gateway.port).ask(plain("/3"))).toBeNull();
    expect(await first.ask(plain("/4"))).toContain("[/4]");

    first.socket.destroy();
    await first.ended;
    let again: string | null = null;
    // The gateway hears of the end a moment later.
    while (again === null) again = await client(gateway.port).ask(plain("/5"));
    expect(again).toContain("[/5]");
  });

  it.each([
    ["plain", plain("/idle")],
    ["read by node:http", chunked("/idle")],
  ])("that are %s end when they have been idle for long, and not before they are", async (_, request) => {
    const { gateway } = await inFront({ idleMs: 1_000, headMs: 2_000 });
    const { ask, ended, socket } = client(gateway.port);
    for (let i = 0; i < 4; i += 1) {
      expect(await ask(request)).toContain("[/idle]");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(socket.destroyed).toBe(false);
    await ended;
    const { errored } = socket;
    expect(errored).toBeNull();
  });
});

describe("connections to legacy", () => {
  it("are let go of before legacy closes them itself", async () => {
    // Which it announces as `Keep-Alive: timeout=3`.
    const { gateway, left } = await inFront({}, 3_000);
    expect(await client(gateway.port).ask(plain("/1"))).toContain("[/1]");
    expect(left()).toBe(0);
    while (left() === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await client(gateway.port).ask(plain("/2"))).toContain("[/2]");
  });
});
