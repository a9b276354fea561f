import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ask, askMany, Tally, steadily } from "../asking.ts";
import { startGateway } from "../gateway-process.ts";
import { startMonolith } from "../monolith.ts";
import type { Scenario } from "../scenario.ts";
import { eventually, inMs, type Trial } from "../trial.ts";
import { p99Text } from "./rounds.ts";

async function monolithFor(trial: Trial) {
  const monolith = await startMonolith();
  trial.defer(() => monolith.close());
  return monolith;
}

const WANTED = 10_000;
/** What a gateway needs besides its clients. */
const SPARE = 1_000;

const idle: Scenario = {
  number: "F19",
  fault: "10,000 idle connections",
  hold: "+ 200 MB at most, p99 + 10 % at most",
  async run(trial) {
    const monolith = await monolithFor(trial);
    const most = Number(execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" })) - SPARE;
    const count = trial.pick(500, Math.min(WANTED, Number.isNaN(most) ? WANTED : most));
    const config = `legacy: { url: "${monolith.url}" }\nlimits: { idle: 30m }`;
    const [full, empty] = await Promise.all(
      ["full", "empty"].map((name) => startGateway(trial, { config, name })),
    );
    const question = (gateway: typeof full) => ({ port: gateway!.port, path: "/orders" });
    const warm = trial.pick(100, 5_000);
    for (const gateway of [full, empty]) await askMany(warm, 16, () => question(gateway));
    const before = await full!.rssMb();
    const clients = fork(join(import.meta.dirname, "../idle-clients.ts"), [
      String(full!.port),
      String(count),
    ]);
    const ended = once(clients, "exit");
    trial.defer(() => (clients.kill("SIGKILL"), ended));
    const [open] = (await once(clients, "message")) as [number];
    trial.must(`they are open: ${open} of ${count}`, open === count);
    const after = await full!.rssMb();
    const found = { without: new Tally(), with: new Tally() };
    for (let round = 0; round < trial.pick(1, 8); round++) {
      for (const [tally, gateway] of [
        [found.without, empty],
        [found.with, full],
      ] as const) {
        const steady = steadily(() => question(gateway), 4, 4);
        await pause(trial.pick(200, 1_200));
        for (const one of (await steady.stop()).all) tally.add(one);
      }
    }
    trial.must(`others are answered: ${found.with.text}`, found.with.only(200));
    clients.send("still?");
    const [still] = (await once(clients, "message")) as [number];
    trial.must(`they stay: ${still} of ${count}`, still === count);
    trial.must(`memory: + ${Math.round(after - before)} MB`, after - before < 200);
    trial.figure(
      `${open} connections: memory ${Math.round(before)} → ${Math.round(after)} MB; beside a gateway without them: ${p99Text(found)}`,
    );
  },
};

const BYTES = 20_000_000;

const gone: Scenario = {
  number: "F22",
  fault: "clients go away: before the answer, in the middle of it, in the middle of their own body",
  hold: "upstream is cancelled within 2 s, the slot is free again",
  async run(trial) {
    const monolith = await monolithFor(trial);
    const count = trial.pick(20, 200);
    const config = `legacy: { url: "${monolith.url}", connections: ${count}, share: 100 }\nlimits: { requests: ${count} }`;
    const { port } = await startGateway(trial, { config });
    /** As many as there are slots, all at once; an answer can be with its client a moment before its slot is free. */
    const free = async (what: string) => {
      let after = new Tally();
      const tookMs = await eventually(async () => {
        after = await askMany(count, count, () => ({ port, path: "/orders" }));
        return after.only(200);
      });
      trial.must(`${what}: slots are free: ${after.text}`, tookMs !== null);
      trial.figure(
        `${what}: all ${count} slots were free and used again ${inMs(tookMs)} after ${count} clients left`,
      );
    };
    const leave = new AbortController();
    const waiting = askMany(count, count, () => ({ port, path: "/hang", signal: leave.signal }));
    await eventually(() => monolith.hanging() === count);
    const refused = await ask({ port, path: "/orders" });
    trial.must(`all slots are taken: ${refused.outcome}`, refused.outcome === 503);
    leave.abort();
    await free("before the answer");
    await waiting;
    trial.must(
      "legacy's answers are cancelled",
      (await eventually(() => monolith.abandoned() === count)) !== null,
    );

    const head = (method: string, path: string, more = "") =>
      `${method} ${path} HTTP/1.1\r\nHost: shop\r\n${more}\r\n`;
    const sockets = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        begun(
          port,
          i % 2 === 0
            ? head("GET", `/bytes?n=${BYTES}`)
            : head("PUT", "/up", "Content-Length: 100000\r\n") + "x".repeat(5_000),
        ),
      ),
    );
    const taken = await eventually(async () => (await ask({ port, path: "/orders" })).outcome === 503);
    trial.must("all slots are taken", taken !== null);
    for (const socket of sockets) socket.resetAndDestroy();
    await free("in the middle of a body, theirs or ours");
  },
};

/** A connection on which a request has begun, and whose answer nobody reads. */
async function begun(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1")
    .on("error", () => undefined)
    .pause();
  await once(socket, "connect");
  socket.write(bytes);
  return socket;
}

export const clientScenarios: readonly Scenario[] = [idle, gone];
