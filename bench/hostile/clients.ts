import http from "node:http";
import { saidAbout } from "./exchange.ts";
import { endWithParent } from "../watch/end-with-parent.ts";

endWithParent();

/**
 * Well-behaved clients in a process of their own, each with a connection that it keeps. Told of a phase, they ask at a
 * fixed rate whatever comes back, and say what they got.
 */

export interface Phase {
  readonly port: number;
  readonly ms: number;
  /** Requests a second, of all together. */
  readonly rate: number;
  readonly clients: number;
}

export interface PhaseResult {
  /** Milliseconds from when each request was due, so that one which had to wait has waited. */
  readonly latencies: readonly number[];
  /** Requests that got anything but their own answer: why → how often. */
  readonly failures: Readonly<Record<string, number>>;
}

/** One in so many takes a new connection, as new clients do. */
const NEW_CONNECTION_EVERY = 20;
/** One in so many brings a body. */
const WRITE_EVERY = 5;
const WRITTEN = Buffer.alloc(2_048, "w");
const GIVEN_UP_MS = 10_000;

let agents: http.Agent[] = [];

process.on("message", (phase: Phase) => {
  void run(phase).then((result) => process.send!(result));
});

async function run({ port, ms, rate, clients }: Phase): Promise<PhaseResult> {
  while (agents.length < clients) agents.push(new http.Agent({ keepAlive: true, maxSockets: 1 }));
  const latencies: number[] = [];
  const failures: Record<string, number> = {};
  const asked: Promise<void>[] = [];
  const ask = async (n: number, dueAt: number) => {
    const agent = n % NEW_CONNECTION_EVERY === 0 ? false : agents[n % clients]!;
    const failure = await exchange(port, agent, n);
    if (failure === null) latencies.push(performance.now() - dueAt);
    else failures[failure] = (failures[failure] ?? 0) + 1;
  };
  const startedAt = performance.now();
  let made = 0;
  await new Promise<void>((done) => {
    const ticking = setInterval(() => {
      const now = performance.now();
      for (; made < ((now - startedAt) * rate) / 1_000; made++) asked.push(ask(made, now));
      if (now - startedAt < ms) return;
      clearInterval(ticking);
      done();
    }, 1);
  });
  await Promise.all(asked);
  return { latencies, failures };
}

/** One request; resolves with what was wrong about its answer, or null. */
function exchange(port: number, agent: http.Agent | false, n: number): Promise<string | null> {
  const path = `/api/orders/${n}`;
  const isWrite = n % WRITE_EVERY === 0;
  const method = isWrite ? "POST" : "GET";
  const body = isWrite ? WRITTEN : undefined;
  const headers = { "x-user-id": `user-${n}`, ...(body && { "content-length": String(body.length) }) };
  return new Promise((resolve) => {
    const req = http.request({ host: "127.0.0.1", port, path, method, agent, headers }, (res) => {
      let text = "";
      res.setEncoding("latin1").on("data", (part: string) => (text += part));
      res.once("error", (error) => resolve(error.message));
      res.once("end", () => {
        if (res.statusCode !== 200) resolve(`status ${res.statusCode}`);
        else resolve(text === saidAbout(method, path, body?.length ?? 0) ? null : "another's answer");
      });
    });
    req.setTimeout(GIVEN_UP_MS, () => req.destroy(new Error("no answer in time")));
    req.once("error", (error) => resolve(error.message));
    req.end(body);
  });
}
