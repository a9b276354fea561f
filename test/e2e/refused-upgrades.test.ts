import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startHarness } from "../support/harness.ts";
import { rawServer, type RawServer } from "../support/raw-server.ts";

/** Clients that talk on without waiting for their WebSocket, which the monolith then refuses. */

const REFUSED = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";
const HANDSHAKE =
  "GET /live HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

let monolith: RawServer;
let gateway: Awaited<ReturnType<typeof startHarness>>;

beforeAll(async () => {
  monolith = await rawServer((socket, soFar) => {
    if (soFar.endsWith("\r\n\r\n")) setTimeout(() => socket.write(REFUSED), 100);
  });
  gateway = await startHarness({ legacyUrl: monolith.url });
});
afterAll(async () => {
  await gateway.close();
  await monolith.close();
});

/** Sends, says more before the answer, hears it, and leaves. */
function refused(): Promise<string> {
  const socket = connect(gateway.port, "127.0.0.1");
  return new Promise((resolve) => {
    let heard = "";
    socket.on("error", () => undefined).once("close", () => resolve(heard));
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
      if (heard.endsWith("no")) socket.destroy();
    });
    socket.write(HANDSHAKE);
    setTimeout(() => socket.write("rubbish ".repeat(100)), 30);
  });
}

const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;

it("leaves no connection behind", async () => {
  const before = openSockets();
  const heard = await Promise.all(Array.from({ length: 20 }, refused));
  for (const answer of heard) expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  await expect.poll(openSockets, { timeout: 10_000 }).toBeLessThanOrEqual(before);
});
