import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { SAFE_LIMITS } from "../../../gateway/http/limits.ts";
import { plainLane } from "../../../gateway/http/plain/plain-lane.ts";

/** Short, so that little time goes by until node:http has the watch over what came in part. */
const LIMITS = { ...SAFE_LIMITS, headMs: 100 };
const STANDSTILL_MS = 80;

function standStill(): void {
  const until = performance.now() + STANDSTILL_MS;
  while (performance.now() < until);
}

it("runs what was sent ahead once, though the event loop stands still when its turn has come", async () => {
  const ran: string[] = [];
  const server = createServer((req, res) => {
    ran.push(`node:http ${req.method} ${req.url}`);
    res.setHeader("Content-Length", 2).end("ok");
  });
  plainLane(server, LIMITS, async (exchange) => {
    ran.push(`plain ${exchange.method} ${exchange.url}`);
    await exchange.send({
      status: 200,
      reason: "",
      headers: ["Content-Length", "2"],
      body: Buffer.from("ok"),
    });
    if (exchange.url !== "/1") return;
    // Behind the answer's end, in the same turn as what waits for its own.
    queueMicrotask(() => queueMicrotask(standStill));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  try {
    let got = "";
    client.on("data", (bytes: Buffer) => (got += bytes.toString("latin1")));
    client.write(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /transfer HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    );
    await expect.poll(() => got.split("HTTP/1.1 200").length - 1, { timeout: 10_000 }).toBe(2);
    // What would come twice comes at once.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(got.split("HTTP/1.1 200")).toHaveLength(3);
    expect(ran.map((one) => one.replace(/^\S+ /, ""))).toEqual(["GET /1", "POST /transfer"]);
  } finally {
    client.destroy();
    server.close();
  }
});
