import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnv } from "../gateway/config/env.ts";
import { startGateway } from "../gateway/main.ts";
import { leanInvoker } from "../gateway/upstreams/lambda/lean-invoker.ts";
import { sdkInvoker } from "../gateway/upstreams/lambda/sdk-invoker.ts";

/**
 * `npm run bench:invoke`: CPU time of one call of a function, by what makes it, user and system, of the calling process
 * alone. The service answers like Lambda and does nothing else; the contenders take turns, and the median round counts.
 * The first three call by themselves, the others are the whole gateway, asked for a route of a function over node:http;
 * copies are switched off.
 */

const ROUNDS = 9;
const CALLS = 2_000;
/** Calls of each before the first round: until then V8 compiles, and whoever has more code costs more than he will. */
const WARM_UP = 10_000;
/** Calls under way at a time. */
const AT_ONCE = 16;

/** An event as the gateway sends it for a GET of a browser, about 1 KB. */
const EVENT = Buffer.from(
  JSON.stringify({ version: "2.0", routeKey: "$default", rawPath: "/order", filler: "x".repeat(900) }),
);
const ANSWER = JSON.stringify({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ id: 1, filler: "y".repeat(500) }),
});

/** One call after the other, as often as it is told. */
type Calling = () => Promise<unknown>;

const CONTENDERS: Readonly<Record<string, (url: string) => Calling | Promise<number>>> = {
  "the SDK's default client": (endpoint) => {
    const client = new LambdaClient({ region: "eu-central-1", endpoint });
    return async () => {
      const answer = await client.send(
        new InvokeCommand({ FunctionName: "order", Qualifier: "live", Payload: EVENT }),
      );
      return answer.Payload;
    };
  },
  "sdk invoker": (endpoint) => invoking(sdkInvoker({ region: "eu-central-1", endpoint })),
  "lean invoker": (endpoint) => invoking(leanInvoker({ region: "eu-central-1", endpoint })),
  "gateway, client: sdk": (endpoint) => throughGateway(endpoint, "sdk"),
  "gateway, client: lean": (endpoint) => throughGateway(endpoint, "lean"),
};

const [, , role = "main", ...args] = process.argv;
// Nobody is left behind by a comparison that was ended.
process.once("disconnect", () => process.exit());
if (role === "service") serve();
else if (role === "contender") await contend(args[0]!, args[1]!);
else await compare();

function invoking(invoker: ReturnType<typeof leanInvoker>): Calling {
  const limits = { timeoutMs: 10_000, signal: new AbortController().signal };
  return () => invoker.invoke({ functionName: "order", qualifier: "live", payload: EVENT }, limits);
}

/** Asked from the main process: this one is the gateway alone. Resolves with its port. */
async function throughGateway(endpoint: string, client: "sdk" | "lean"): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-invoke-"));
  const config = join(folder, "routes.yaml");
  writeFileSync(
    config,
    `version: 1
legacy: { url: "http://127.0.0.1:1" }
aws: { endpoint: "${endpoint}", reportPercent: 0, client: ${client} }
routes:
  order: { match: { method: GET, path: /order }, function: { lambda: order }, stage: canary, percent: 100, shadow: { percent: 0 } }
`,
  );
  const settings = { HOST: "127.0.0.1", PORT: "0", ADMIN_PORT: "0", LOG_LEVEL: "silent" };
  const gateway = await startGateway(readEnv({ ...settings, BANYAN_CONFIG: config, BANYAN_DATA: folder }));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return gateway.port;
}

/** Answers every POST at once, over node:net: as little as can stand between two contenders. */
function serve(): void {
  const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Amz-Executed-Version: 7\r\nx-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\nContent-Length: ${ANSWER.length}\r\n\r\n${ANSWER}`;
  const server = net.createServer((socket) => {
    let pending = "";
    socket
      .on("error", () => undefined)
      .on("data", (bytes) => {
        pending += bytes.toString("latin1");
        for (;;) {
          const end = pending.indexOf("\r\n\r\n");
          const length = Number(/\r\ncontent-length: (\d+)/i.exec(pending)?.[1]);
          if (end === -1 || pending.length < end + 4 + length) return;
          pending = pending.slice(end + 4 + length);
          socket.write(answer);
        }
      });
  });
  server.listen(0, "127.0.0.1", () => process.send!((server.address() as AddressInfo).port));
}

async function contend(name: string, endpoint: string): Promise<void> {
  const made = CONTENDERS[name]!(endpoint);
  process.on("message", (order) => {
    const tell = () => {
      const { user, system } = process.cpuUsage();
      process.send!(user + system);
    };
    if (typeof order === "number" && typeof made === "function") void inTurns(made, order).then(tell);
    else tell();
  });
  process.send!(typeof made === "function" ? 0 : await made);
}

async function inTurns(call: Calling, calls: number): Promise<void> {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function compare(): Promise<void> {
  const service = await started("service");
  const agent = new http.Agent({ keepAlive: true });
  const contenders = [];
  for (const name of Object.keys(CONTENDERS)) {
    const part = await started("contender", name, `http://127.0.0.1:${service.port}`);
    contenders.push({ name, ...part, costs: [] as number[] });
  }
  for (let round = 0; round <= ROUNDS; round++) {
    const calls = round === 0 ? WARM_UP : CALLS;
    for (const { child, port, costs } of contenders) {
      const before = await told(child, "cpu");
      if (port === 0) await told(child, calls);
      else await inTurns(() => ask(agent, port), calls);
      const cost = ((await told(child, "cpu")) - before) / calls;
      if (round > 0) costs.push(cost);
    }
  }
  const base = median(contenders[0]!.costs);
  for (const { name, child, costs } of contenders) {
    const us = median(costs);
    const range = [Math.min(...costs), Math.max(...costs)].map((cost) => cost.toFixed(0)).join("–");
    console.log(
      `${name}: ${us.toFixed(0)} µs of CPU a call (${range}), × ${(us / base).toFixed(2)} of the SDK's default client`,
    );
    child.kill();
  }
  agent.destroy();
  service.child.kill();
}

function ask(agent: http.Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/order", agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`the gateway answered ${answer.statusCode}`));
      answer.resume().once("end", resolve);
    });
    request.once("error", reject);
  });
}

async function started(...role: string[]) {
  const credentials = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  const child = fork(import.meta.filename, role, { env: { ...process.env, ...credentials } });
  child.once("exit", (code) => {
    if (code !== null && code !== 0) process.exit(1);
  });
  return { child, port: await heard(child) };
}

/** Microseconds of CPU so far, after as many calls as it is told to make. */
function told(child: ChildProcess, order: "cpu" | number): Promise<number> {
  const answer = heard(child);
  child.send(order);
  return answer;
}

function heard(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("message", (message) => resolve(Number(message)));
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
