import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { endWithParent } from "../watch/end-with-parent.ts";

endWithParent();

/** A function that takes its time; now and then it says nothing at all. Tells its port. */

const SLOW_MS = 2_000;
const SILENT_EVERY = 10;

let asked = 0;
const server = createServer((_req, res) => {
  asked += 1;
  if (asked % SILENT_EVERY === 0) return;
  const timer = setTimeout(() => {
    res.writeHead(200, { "content-type": "application/json" }).end('{"slow":true}');
  }, SLOW_MS);
  res.on("close", () => clearTimeout(timer));
});
server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
