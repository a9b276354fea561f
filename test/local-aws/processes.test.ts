import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  childrenRunning,
  FUNCTIONS,
  invoke,
  isRunning,
  lambdaClient,
  setUp,
  type Setup,
} from "./lambda-client.ts";

let lambda: Setup | undefined;
afterEach(async () => {
  await lambda?.end();
  lambda = undefined;
});

const readPid = (payload: unknown) => z.object({ pid: z.number() }).parse(payload).pid;
const pidOf = async (setup: Setup) => readPid((await setup.invoke("does", { do: "process" })).payload);

describe("execution environments", () => {
  it("are used again one call after the other", async () => {
    lambda = await setUp();
    expect(await pidOf(lambda)).toBe(await pidOf(lambda));
  });

  it("are one for each call at a time, and the one used last is next", async () => {
    lambda = await setUp();
    const { invoke } = lambda;
    const waits = [0, 1, 2].map(() => invoke("does", { do: "wait", untilMs: 300 }));
    const pids = (await Promise.all(waits)).map(({ payload }) => payload);
    expect(new Set(pids).size).toBe(3);
    const next = await pidOf(lambda);
    expect(pids).toContain(next);
    expect(await pidOf(lambda)).toBe(next);
  });

  it("end when nobody has used them for a while", async () => {
    lambda = await setUp({ idleMs: 50 });
    const pid = await pidOf(lambda);
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(await pidOf(lambda)).not.toBe(pid);
  });

  it("end with the service, the busy ones too", async () => {
    lambda = await setUp();
    const idle = await pidOf(lambda);
    const cut = lambda.invoke("sleeps").catch((error: unknown) => error);
    await expect.poll(() => childrenRunning().length).toBe(2);
    await lambda.aws.close();
    expect(await cut).toBeInstanceOf(Error);
    expect(isRunning(idle)).toBe(false);
    expect(childrenRunning()).toEqual([]);
    lambda = undefined;
  });
});

describe("throttling", () => {
  const throttled = (reason: string) => ({
    name: "TooManyRequestsException",
    Reason: reason,
    $metadata: { httpStatusCode: 429 },
  });

  it("turns away what exceeds the function's own concurrency", async () => {
    lambda = await setUp();
    await lambda.aws.change("does", { reservedConcurrency: 1 });
    const running = lambda.invoke("does", { do: "wait", untilMs: 500 });
    await expect.poll(() => childrenRunning().length).toBe(1);
    await expect(lambda.invoke("does")).rejects.toMatchObject(
      throttled("ReservedFunctionConcurrentInvocationLimitExceeded"),
    );
    expect((await running).error).toBeUndefined();
    expect((await lambda.invoke("does")).error).toBeUndefined();
    expect(lambda.aws.invocations("does")["does"]).toMatchObject({ count: 2, throttled: 1 });
  });

  it("turns away what exceeds the account's", async () => {
    lambda = await setUp({ concurrency: 1 });
    const running = lambda.invoke("does", { do: "wait", untilMs: 500 });
    await expect.poll(() => childrenRunning().length).toBe(1);
    await expect(lambda.invoke("plain")).rejects.toMatchObject(
      throttled("ConcurrentInvocationLimitExceeded"),
    );
    await running;
  });

  it("turns everything away at 0, until the limit is lifted", async () => {
    lambda = await setUp();
    await lambda.aws.change("plain", { reservedConcurrency: 0 });
    await expect(lambda.invoke("plain")).rejects.toMatchObject(
      throttled("ReservedFunctionConcurrentInvocationLimitExceeded"),
    );
    await lambda.aws.change("plain", { reservedConcurrency: null });
    expect((await lambda.invoke("plain")).payload).toBe("plain");
  });
});

describe("local-aws/main.ts", () => {
  const MAIN = join(import.meta.dirname, "../../local-aws/main.ts");
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const service of started.splice(0)) service.kill("SIGKILL");
  });

  const start = (environment: Record<string, string>) => {
    const service = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env["PATH"], PORT: "0", FUNCTIONS_DIR: FUNCTIONS, ...environment },
    });
    started.push(service);
    return service;
  };
  const firstLine = async (input: Readable | null) => {
    for await (const line of createInterface({ input: input! })) return line;
    return "";
  };
  const urlOf = async (service: ChildProcess) => /http:\S+(?=,)/.exec(await firstLine(service.stdout))![0];
  const callIt = async (service: ChildProcess) => {
    const url = await urlOf(service);
    const client = lambdaClient(url);
    const { payload } = await invoke(client, "does", { do: "process" });
    const busy = invoke(client, "sleeps").catch(() => {});
    const log = async () => (await fetch(`${url}/local/logs/sleeps`)).text();
    await expect.poll(log, { timeout: 20_000 }).toContain("START");
    return { pid: readPid(payload), busy, client };
  };

  it.each(["SIGTERM", "SIGKILL"] as const)("leaves no process behind after %s", async (signal) => {
    const service = start({});
    const { pid, busy, client } = await callIt(service);
    const children = childrenRunning(service.pid);
    expect(children).toHaveLength(2);
    expect(children).toContain(pid);
    service.kill(signal);
    await once(service, "exit");
    await expect.poll(() => children.filter(isRunning), { timeout: 20_000 }).toEqual([]);
    await busy;
    client.destroy();
  });

  it("says in one line that its port is in use", async () => {
    lambda = await setUp();
    const service = start({ PORT: String(lambda.aws.port) });
    expect(await firstLine(service.stderr)).toBe(
      `local-aws: port ${lambda.aws.port} is in use: stop what listens there, or set PORT to another`,
    );
  });

  it("hands SHOP_DB to the functions", async () => {
    const service = start({ SHOP_DB: "/shop.db" });
    const client = lambdaClient(await urlOf(service));
    const { payload } = await invoke(client, "does", { do: "environment" });
    expect(payload).toMatchObject({ SHOP_DB: "/shop.db" });
    client.destroy();
  });
});
