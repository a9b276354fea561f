import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, scriptedSide, workerGateway, type WorkerGateway } from "../support/worker-gateway.ts";

type Side = Awaited<ReturnType<typeof scriptedSide>>;

const CLIENTS = 8;
/** However busy the machine is. */
const PATIENT = { timeout: 100_000 };
const LIMIT_MS = 240_000;

let legacy: Side;
const routes = () => `
version: 1
legacy: { url: "${legacy.url}" }
routes:
  get-order: { match: { method: GET, path: "/api/orders/{id}" }, function: { url: "${legacy.url}" } }
`;
beforeAll(async () => {
  legacy = await scriptedSide((path) => path);
});
afterAll(() => legacy[Symbol.asyncDispose]());

/** Clients that ask again and again, each on a connection of its own that it keeps while it may. */
function load(port: number, isOver: (told: string | undefined) => boolean) {
  const failures = Array.from({ length: CLIENTS }, () => 0);
  let answered = 0;
  const client = async (number: number) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let told: string | undefined; !isOver(told); await pause(2)) {
      try {
        told = await connectionAfter(agent, port);
        answered += 1;
      } catch {
        failures[number]! += 1;
      }
    }
    agent.destroy();
  };
  const ended = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  return { failures, answered: () => answered, ended };
}

/** Asks, and says what the answer's Connection field says. */
function connectionAfter(agent: http.Agent, port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const req = http.get({ host: "127.0.0.1", port, agent, path: "/api/orders/1" }, (res) => {
      res.resume().once("error", reject);
      res.once("end", () => resolve(res.headers.connection));
    });
    req.once("error", reject);
  });
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const answering = async (gateway: WorkerGateway) => (await gateway.pids()).length;

describe("a gateway with two workers", () => {
  it(
    "loses with a worker only what that worker had in hand, and replaces it",
    async () => {
      await using gateway = await workerGateway(2, routes());
      let over = false;
      const { failures, answered, ended } = load(gateway.port, () => over);
      await expect.poll(answered, PATIENT).toBeGreaterThan(100);
      const [victim, other] = await gateway.pids();
      process.kill(victim!, "SIGKILL");
      await expect.poll(async () => (await gateway.status()).workers?.lost, PATIENT).toBe(1);
      await expect.poll(() => answering(gateway), PATIENT).toBe(2);
      const pids = await gateway.pids();
      expect(pids).not.toContain(victim);
      expect(pids).toContain(other);
      const before = answered();
      await expect.poll(answered, PATIENT).toBeGreaterThan(before + 100);
      over = true;
      await ended;
      console.log(`${answered()} answered, failures by client: ${failures.join(" ")}`);
      // Each connection of the lost worker had at most one request in hand; those of the other had none that failed.
      for (const failed of failures) expect(failed).toBeLessThanOrEqual(1);
      expect(failures.filter((failed) => failed === 0).length).toBeGreaterThan(0);
      expect(gateway.log()).toMatch(/"worker":[12],"pid":\d+,"why":"it was ended by SIGKILL"/);
      gateway.signal("SIGTERM");
      expect(await gateway.exited).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    "replaces its workers one by one on SIGUSR1, reads routes.yaml on SIGHUP, and fails no request",
    async () => {
      await using gateway = await workerGateway(2, routes());
      let over = false;
      const { failures, answered, ended } = load(gateway.port, () => over);
      await expect.poll(answered, PATIENT).toBeGreaterThan(100);
      const before = await gateway.pids();
      gateway.signal("SIGUSR1");
      const replaced = async () => (await gateway.pids()).filter((pid) => !before.includes(pid)).length;
      await expect.poll(replaced, PATIENT).toBe(2);
      expect((await gateway.status()).workers).toMatchObject({ lost: 0 });
      const moved = routes().replace("get-order:", "get-order-again:");
      writeFileSync(join(gateway.folder, "routes.yaml"), moved);
      gateway.signal("SIGHUP");
      await expect.poll(async () => (await gateway.status()).routes[0]?.id, PATIENT).toBe("get-order-again");
      over = true;
      await ended;
      await Promise.all(Array.from({ length: 6 }, () => ask(gateway.port, "/api/orders/1")));
      expect((await gateway.status()).routes[0]?.traffic?.requests).toBeGreaterThanOrEqual(6);
      console.log(`${answered()} answered over a rolling restart, ${failures.join(" ")} failed`);
      expect(failures).toEqual(failures.map(() => 0));
    },
    LIMIT_MS,
  );

  it(
    "drains all of them at SIGTERM, and loses no request",
    async () => {
      await using gateway = await workerGateway(2, routes(), { DRAIN_GRACE: "2s" });
      let takesConnections = true;
      const { failures, answered, ended } = load(
        gateway.port,
        (told) => told === "close" && !takesConnections,
      );
      await expect.poll(answered, PATIENT).toBeGreaterThan(100);
      const pids = await gateway.pids();
      gateway.signal("SIGTERM");
      while ((await fetch(`${gateway.admin}/readyz`)).ok) await pause(20);
      takesConnections = false;
      await ended;
      expect(await gateway.exited).toBe(0);
      console.log(`${answered()} answered until the end of a drain, ${failures.join(" ")} failed`);
      expect(failures).toEqual(failures.map(() => 0));
      expect(pids.filter(isAlive)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "ends a worker that does not take a flip over, and answers the flip",
    async () => {
      await using gateway = await workerGateway(2, routes());
      const [stuck] = await gateway.pids();
      process.kill(stuck!, "SIGSTOP");
      const flip = ["flip", "get-order", "cutover", "--reason", "x", "--force"];
      const flipped = await gateway.json(...flip, "--admin", gateway.admin);
      expect(flipped.exitCode).toBe(0);
      expect(isAlive(stuck!)).toBe(false);
      expect(gateway.log()).toContain("it did not take flags over");
      await expect.poll(() => answering(gateway), PATIENT).toBe(2);
    },
    LIMIT_MS,
  );

  it(
    "leaves no process behind when the primary is killed",
    async () => {
      const gateway = await workerGateway(2, routes());
      const pids = await gateway.pids();
      expect(pids.filter(isAlive)).toHaveLength(2);
      await gateway[Symbol.asyncDispose]();
      await expect.poll(() => pids.filter(isAlive), PATIENT).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    "gives up once no worker is left and none gets to listen, and says so",
    async () => {
      await using gateway = await workerGateway(2, routes());
      writeFileSync(join(gateway.folder, ".banyan", "redaction-key"), "no key");
      for (const pid of await gateway.pids()) process.kill(pid, "SIGKILL");
      expect(await gateway.exited).toBe(2);
      expect(gateway.log().match(/"worker lost"/g)!.length).toBeGreaterThanOrEqual(5);
      expect(gateway.log()).toContain("holds no key for redaction");
    },
    LIMIT_MS,
  );

  it(
    "says why it cannot start, in one line",
    async () => {
      const holder = http.createServer().listen(0, "127.0.0.1");
      await once(holder, "listening");
      const { port } = holder.address() as { port: number };
      await expect(workerGateway(2, routes(), { PORT: String(port) })).rejects.toThrow("ended with 2");
      holder.close();
    },
    LIMIT_MS,
  );
});
