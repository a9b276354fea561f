import { fork } from "node:child_process";
import http from "node:http";
import { connect, type AddressInfo } from "node:net";
import { startHarness } from "../test/support/harness.ts";

/**
 * `npm run bench`: what the gateway's data path costs, as a ratio to asking the monolith directly. Rounds are
 * interleaved and the median of the ratios is what counts: a shared machine makes every single figure noise.
 */

const ROUNDS = 5;
const ROUND_MS = 1_500;
const CONNECTIONS = 32;
const BODY = "x".repeat(1_024);

const role = process.argv[2];
if (role === "legacy") {
  const server = http.createServer((_req, res) => {
    res.writeHead(200, { "Content-Type": "text/plain", "Content-Length": BODY.length });
    res.end(BODY);
  });
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
} else if (role === "gateway") {
  const { port } = await startHarness({ legacyUrl: process.argv[3]! });
  process.send!(port);
} else {
  const legacy = await part("legacy");
  const gateway = await part("gateway", `http://127.0.0.1:${legacy.port}`);
  await load(gateway.port);
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const direct = await load(legacy.port);
    const through = await load(gateway.port);
    ratios.push(through / direct);
    console.log(`round ${round}: direct ${direct.toFixed(0)}/s, through the gateway ${through.toFixed(0)}/s`);
  }
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  console.log(
    `GET 1 KB, ${CONNECTIONS} connections: ${median.toFixed(2)} × direct (median of ${ROUNDS} interleaved rounds)`,
  );
  legacy.end();
  gateway.end();
}

async function part(name: string, ...args: string[]): Promise<{ port: number; end(): void }> {
  const child = fork(import.meta.filename, [name, ...args]);
  const port = await new Promise<number>((resolve) =>
    child.once("message", (message) => resolve(Number(message))),
  );
  return { port, end: () => void child.kill() };
}

/** Requests per second over kept-alive connections, one at a time on each. */
async function load(port: number): Promise<number> {
  const request =
    "GET /api/products/A-1 HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
  const until = performance.now() + ROUND_MS;
  let answered = 0;
  const client = () =>
    new Promise<void>((resolve, reject) => {
      let soFar = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(request));
      socket.once("error", reject);
      socket.once("close", () => resolve());
      socket.on("data", (bytes) => {
        soFar += bytes.toString("latin1");
        if (!soFar.endsWith(BODY)) return;
        if (!soFar.startsWith("HTTP/1.1 200")) throw new Error(soFar.slice(0, 200));
        soFar = "";
        answered += 1;
        if (performance.now() < until) socket.write(request);
        else socket.destroy();
      });
    });
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return answered / ((performance.now() - startedAt) / 1_000);
}
