import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startLegacyMock, type LegacyMock } from "../../legacy-mock/shop.ts";

/** The gateway as a process of its own, as `banyan start` runs it. */

const MAIN = resolve(import.meta.dirname, "../../gateway/cli/main.ts");
const folder = mkdtempSync(join(tmpdir(), "banyan-test-"));
let legacy: LegacyMock;
let gateway: ChildProcess;
let port: number;
let adminPort: number;

beforeAll(async () => {
  legacy = await startLegacyMock({ port: 0, databaseFile: join(folder, "shop.db"), quiet: true });
  writeFileSync(join(folder, "routes.yaml"), `version: 1\nlegacy: { url: "${legacy.url}" }\n`);
});
afterAll(async () => {
  await legacy.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  [port, adminPort] = [await freePort(), await freePort()];
  const env = {
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    HOST: "127.0.0.1",
    LOG_LEVEL: "silent",
    DRAIN_GRACE: "5s",
  };
  gateway = spawn(process.execPath, [MAIN, "start"], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  while (!(await ready())) await pause(50);
});
afterEach(async () => {
  if (gateway.exitCode !== null || gateway.signalCode !== null) return;
  gateway.kill("SIGKILL");
  await once(gateway, "exit");
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return free;
}

async function ready(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => null);
  return answer?.ok ?? false;
}

/** Peak resident memory since the last reset, in MB, as Linux counts it. */
function peakMb(): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.pid}/status`, "utf8"))![1]) / 1024;
}
function resetPeak(): void {
  writeFileSync(`/proc/${gateway.pid}/clear_refs`, "5");
}

const MB = 1024 * 1024;

describe("a stream of 200 MB", () => {
  const streamed = async (megabytes: number) => {
    const down = await fetch(`http://127.0.0.1:${port}/api/blob?bytes=${megabytes * MB}`);
    const hash = createHash("sha256");
    for await (const chunk of down.body! as AsyncIterable<Uint8Array>) hash.update(chunk);
    const body = Readable.from(zeros(megabytes));
    const up = await fetch(`http://127.0.0.1:${port}/api/blob`, { method: "PUT", body, duplex: "half" });
    return { down: hash.digest("hex"), up: (await up.json()) as { bytes: number; sha256: string } };
  };

  function* zeros(megabytes: number): Generator<Buffer> {
    for (let i = 0; i < megabytes; i++) yield Buffer.alloc(MB);
  }

  it("passes whole, up and down, in a fraction of its size of memory", async () => {
    await streamed(20);
    resetPeak();
    const before = peakMb();
    const { up } = await streamed(200);
    const grown = peakMb() - before;
    console.log(
      `200 MB down and 200 MB up: peak memory grew by ${grown.toFixed(0)} MB from ${before.toFixed(0)} MB`,
    );
    const expected = createHash("sha256");
    for (const block of zeros(200)) expected.update(block);
    expect(up).toEqual({ bytes: 200 * MB, sha256: expected.digest("hex") });
    // 400 MB passed. How much the collector leaves lying about depends on how busy the machine is.
    expect(grown).toBeLessThan(120);
  });
});

describe("SIGTERM under load", () => {
  it("loses no request: those in flight are answered, and every kept-alive client is told to close", async () => {
    let lost = 0;
    let answered = 0;
    let told = 0;
    let takesConnections = true;
    const client = async (slowMs: number) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (true) {
        const outcome = await ask(agent, `/api/slow?ms=${slowMs}`);
        if (outcome === "lost") lost += 1;
        else answered += 1;
        if (outcome === "close") told += 1;
        // Whoever is told to close asks the load balancer for another place, and it sends nobody to what is not ready.
        if (outcome === "close" && !takesConnections) break;
      }
      agent.destroy();
    };
    const clients = Array.from({ length: 30 }, (_, i) => client((i % 5) * 150));
    await pause(700);
    gateway.kill("SIGTERM");
    while (await ready()) await pause(20);
    takesConnections = false;
    await Promise.all(clients);
    if (gateway.exitCode === null) await once(gateway, "exit");
    console.log(`${answered} answered, ${told} of them with Connection: close, ${lost} lost`);
    expect(gateway.exitCode).toBe(0);
    expect(lost).toBe(0);
    expect(told).toBeGreaterThanOrEqual(30);
  });

  function ask(agent: http.Agent, path: string): Promise<"open" | "close" | "lost"> {
    return new Promise((tell) => {
      const req = http.get({ host: "127.0.0.1", port, agent, path }, (res) => {
        res.resume();
        res.once("error", () => tell("lost"));
        res.once("end", () => tell(res.headers.connection === "close" ? "close" : "open"));
      });
      req.once("error", () => tell("lost"));
    });
  }
});
