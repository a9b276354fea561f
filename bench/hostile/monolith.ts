import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LARGE_BYTES, LARGE_PATH, saidAbout } from "./exchange.ts";
import { endWithParent } from "../watch/end-with-parent.ts";

endWithParent();

/** A monolith that says what it was asked, so that nobody can get another's answer unnoticed. Tells its port. */

const CHUNK = Buffer.alloc(64 * 1024, "x");

const server = createServer((req, res) => {
  res.on("error", () => undefined);
  if (req.url === LARGE_PATH) {
    // A client that leaves is no news here.
    Readable.from(large())
      .on("error", () => undefined)
      .pipe(res);
    return;
  }
  void answer(req, res);
});

/** Lets others have their turn between two chunks: what is measured is how the gateway shares itself out. */
async function* large(): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < LARGE_BYTES; sent += CHUNK.length) {
    yield CHUNK;
    await nextTurn();
  }
}

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = saidAbout(req.method!, req.url!, await bytesOf(req));
  res.writeHead(200, { "content-type": "text/plain", "content-length": String(body.length) });
  res.end(body);
}

server.on("clientError", (_error, socket) => socket.destroy());

/** How many bytes a request brings; those that came, when it breaks off. */
function bytesOf(req: IncomingMessage): Promise<number> {
  let bytes = 0;
  req.on("data", (chunk: Buffer) => (bytes += chunk.length));
  return new Promise((resolve) => req.once("close", () => resolve(bytes)).once("end", () => resolve(bytes)));
}

server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
