import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCorpus } from "../../gateway/corpus/read-corpus.ts";
import { MAIN } from "../unit/cli/run-banyan.ts";
import { ask, scriptedSide, workerGateway, type WorkerGateway } from "../support/worker-gateway.ts";

type Side = Awaited<ReturnType<typeof scriptedSide>>;

const routesTo = (legacy: Side, fn: Side) => `
version: 1
legacy: { url: "${legacy.url}" }
mirror: { lag: 1m, perSecond: 10000, concurrency: 200 }
routes:
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { url: "${fn.url}" }
    stickyBy: ["header:x-user-id"]
`;

/** However busy the machine is. */
const PATIENT = { timeout: 60_000 };

async function entriesIn(file: string): Promise<number> {
  let entries = 0;
  for await (const item of readCorpus(file)) if (item.kind === "entry") entries += 1;
  return entries;
}

/** A gateway of several processes, as its operators and clients see it. */
describe("a gateway with two workers", { timeout: 120_000 }, () => {
  let legacy: Side;
  let fn: Side;
  let gateway: WorkerGateway;
  let sent = 0;
  const asked = async (times: number, headers = {}) => {
    sent += times;
    return Promise.all(
      Array.from({ length: times }, (_, i) => ask(gateway.port, `/api/orders/${i}`, false, headers)),
    );
  };
  const banyan = (...args: string[]) => gateway.json(...args, "--admin", gateway.admin);
  const flip = (...to: string[]) => banyan("flip", "get-order", ...to, "--reason", "x", "--force");

  beforeAll(async () => {
    legacy = await scriptedSide((path) => JSON.stringify({ by: "legacy", path }));
    fn = await scriptedSide((path) => JSON.stringify({ by: "function", path }));
    gateway = await workerGateway(2, routesTo(legacy, fn));
  }, 120_000);
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await legacy[Symbol.asyncDispose]();
    await fn[Symbol.asyncDispose]();
  });

  it("spreads connections over them, and counts every request once", async () => {
    await asked(40);
    const { workers, routes } = await gateway.status();
    expect(workers).toMatchObject({ wanted: 2, lost: 0 });
    for (const { state, requests } of workers!.processes) {
      expect(state).toBe("answering");
      expect(requests).toBeGreaterThan(0);
    }
    expect(routes[0]!.traffic).toMatchObject({
      requests: sent,
      lastFiveMinutes: sent,
      answeredBy: { legacy: sent },
      legacy: { answered: sent, failed: {} },
    });
    expect(routes[0]!.traffic!.legacy.p50Ms).toBeGreaterThan(0);
  });

  it("keeps one body of evidence and one audit log", async () => {
    expect((await flip("shadow")).exitCode).toBe(0);
    const copied = 60;
    const before = fn.asked();
    await asked(copied);
    const comparedSoFar = async () => {
      const { envelope } = await banyan("diffs", "get-order");
      const { evidence } = envelope.data as {
        evidence: { candidate: string; counts: { compared: number } }[];
      };
      return evidence.find(({ candidate }) => candidate === "function")?.counts.compared ?? 0;
    };
    await expect.poll(comparedSoFar, PATIENT).toBe(copied);
    expect(fn.asked() - before).toBe(copied);
    expect((await gateway.status()).routes[0]!.traffic!.requests).toBe(sent);
    expect((await banyan("can-i-cutover", "get-order")).exitCode).not.toBe(0);
    const { envelope: audit } = await gateway.json("audit", "verify");
    expect(audit.data).toMatchObject({ holds: true });
  });

  it("records what all of them answer into one file", async () => {
    const file = join(gateway.folder, "traffic.ndjson");
    const args = [MAIN, "record", "--admin", gateway.admin, "--out", file];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "exit");
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    while (!stderr.includes("recording into") && child.exitCode === null) await pause(20);
    await asked(30);
    await expect.poll(() => entriesIn(file), PATIENT).toBe(30);
    child.kill("SIGINT");
    await ended;
    expect(await entriesIn(file)).toBe(30);
  });

  it("decides by a flip in all of them once it is acknowledged, again and again", async () => {
    for (const [stage, by] of [
      ["cutover", "function"],
      ["legacy", "legacy"],
      ["cutover", "function"],
    ] as const) {
      expect((await flip(stage)).exitCode).toBe(0);
      const answers = await asked(12);
      expect(answers.map(({ body }) => (JSON.parse(body) as { by: string }).by)).toEqual(
        Array.from({ length: 12 }, () => by),
      );
    }
    expect((await banyan("kill", "--reason", "x")).exitCode).toBe(0);
    for (const { body } of await asked(12)) expect(body).toContain("legacy");
    expect((await banyan("kill", "--off", "--reason", "x")).exitCode).toBe(0);
    for (const { body } of await asked(12)) expect(body).toContain("function");
  });

  it("puts a client on the same side in each of them", async () => {
    expect((await flip("canary", "--percent", "50")).exitCode).toBe(0);
    const sides = new Set<string>();
    for (let user = 0; user < 12; user += 1) {
      const answers = await asked(6, { "x-user-id": `user-${user}` });
      const by = new Set(answers.map(({ body }) => (JSON.parse(body) as { by: string }).by));
      expect(by.size).toBe(1);
      for (const side of by) sides.add(side);
    }
    expect(sides).toEqual(new Set(["legacy", "function"]));
  });
});
