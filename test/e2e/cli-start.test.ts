import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAIN, workFolder } from "../unit/cli/run-banyan.ts";

const ROUTES = `
version: 1
legacy: { url: "\${LEGACY_URL}" }
routes:
  get-order:
    match: { method: GET, path: "/api/orders/{id}" }
    function: { lambda: get-order }
`;

/** A monolith that takes requests and never answers. */
let silent: Server;
let legacyUrl: string;

beforeAll(async () => {
  silent = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  legacyUrl = `http://127.0.0.1:${portOf(silent)}`;
});
afterAll(() => void silent.close());

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** `banyan start` on free ports; resolves when it listens. */
async function started() {
  const work = workFolder(ROUTES, { LEGACY_URL: legacyUrl, HOST: "127.0.0.1", PORT: "0" });
  const child = spawn(process.execPath, [MAIN, "start"], {
    cwd: work.folder,
    env: { ...work.environment, ADMIN_PORT: "0" },
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let log = "";
  const ports = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      const listening = /clients on (\d+), operators on (\d+)/.exec(log);
      if (listening !== null) resolve(listening);
    });
    void exited.then((code) => reject(new Error(`ended with ${code}: ${log}`)));
  });
  return {
    ...work,
    url: `http://127.0.0.1:${ports[1]}`,
    adminPort: ports[2]!,
    admin: `http://127.0.0.1:${ports[2]}`,
    exited,
    log: () => log,
    signal: (name: NodeJS.Signals) => child.kill(name),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
      work[Symbol.dispose]();
    },
  };
}

describe("banyan start", () => {
  it("runs a gateway that the other commands reach, and ends with 0 at SIGTERM", async () => {
    await using gateway = await started();
    const { admin } = gateway;
    const flip = ["flip", "get-order", "shadow", "--reason", "x", "--admin", admin];
    expect((await gateway.banyan(...flip)).stdout).toBe(
      [
        "get-order  legacy  →  shadow",
        "get-order: legacy answers everybody, and the function gets copies of what may be mirrored",
        "flags none → 1\n",
      ].join("\n"),
    );
    const { envelope } = await gateway.json("status", "get-order", "--admin", admin);
    expect(envelope.data).toMatchObject({
      ready: { ready: true },
      flags: { version: "1", fresh: true },
      routes: [{ stage: "shadow", stageFrom: "flag" }],
    });
    // The same flag file that the commands use when no gateway runs.
    expect((await gateway.banyan("status")).stdout).toContain("flags 1");
    const { stdout: audit } = await gateway.banyan("audit");
    expect(audit).toMatch(/flip get-order: legacy →.*none → 1 +made +x\n/);
    expect((await gateway.json("audit", "verify")).envelope.data).toMatchObject({ holds: true, records: 2 });
    gateway.signal("SIGTERM");
    expect(await gateway.exited).toBe(0);
  });

  it("names the changed settings that wait for a restart, until they are taken back", async () => {
    await using gateway = await started();
    const file = join(gateway.folder, "routes.yaml");
    const write = (more: string) => writeFileSync(file, `${ROUTES}${more}\n`);
    const planned = join(gateway.folder, "planned.yaml");
    writeFileSync(planned, `${ROUTES}limits: { connections: 9, bodyBytes: 9 }\n`);
    expect((await gateway.banyan("config", "diff", planned, "--admin", gateway.admin)).stdout).toMatch(
      /\ntaken up by a restart only: limits\.connections\n$/,
    );
    write('limits: { connections: 9, bodyBytes: 9 }\nlistener: { proxyProtocol: { from: ["127.0.0.1"] } }');
    const line = () =>
      gateway
        .log()
        .split("\n")
        .find((text) => text.includes("wait for a restart"));
    await expect.poll(line, { timeout: 20_000 }).toBeDefined();
    expect(JSON.parse(line()!)).toMatchObject({
      level: 40,
      settings: ["limits.connections", "listener.proxyProtocol"],
    });
    const { envelope } = await gateway.json("status", "--admin", gateway.admin);
    expect(envelope.data).toMatchObject({
      configProblem: null,
      problems: [
        "changed in routes.yaml, and waiting for a restart: limits.connections, listener.proxyProtocol",
      ],
    });
    write("limits: { bodyBytes: 8 }");
    await expect.poll(gateway.log, { timeout: 20_000 }).toContain("no changed setting waits for a restart");
    const { envelope: then } = await gateway.json("status", "--admin", gateway.admin);
    expect(then.data).toMatchObject({ problems: [] });
  });

  it("finishes what is in flight after one signal, heard twice or not, and leaves at once after a second", async () => {
    await using gateway = await started();
    const asked = once(silent, "connection");
    const answer = fetch(`${gateway.url}/api/orders/1`).catch(() => "cut");
    await asked;
    gateway.signal("SIGINT");
    gateway.signal("SIGTERM");
    const ready = async () => (await fetch(`${gateway.admin}/readyz`)).status;
    await expect.poll(ready).toBe(503);
    await sleep(600);
    expect(await ready()).toBe(503);
    gateway.signal("SIGINT");
    expect(await gateway.exited).toBe(130);
    expect(await answer).toBe("cut");
  });

  it("says in one line that a port is in use", async () => {
    await using gateway = await started();
    const work = workFolder(ROUTES, { LEGACY_URL: legacyUrl, PORT: "0", ADMIN_PORT: gateway.adminPort });
    const ended = await work.banyan("start");
    work[Symbol.dispose]();
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toBe(
      `banyan: port ${gateway.adminPort} is in use: end what listens there, or set ADMIN_PORT to another\n`,
    );
  });

  it.each([
    ["a routes.yaml that is not valid", {}, "LEGACY_URL", "next: banyan validate"],
    [
      "an operator's side that everybody could reach",
      { LEGACY_URL: "http://a", ADMIN_HOST: "0.0.0.0" },
      "loopback only",
      "",
    ],
    ["an environment that makes no sense", { PORT: "http" }, "PORT is no port", ""],
  ])("does not run with %s", async (_, env, says, next) => {
    const work = workFolder(ROUTES, { HOST: "127.0.0.1", ADMIN_PORT: "0", ...env });
    const ended = await work.banyan("start");
    work[Symbol.dispose]();
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).toContain(next);
    expect(ended.stderr).not.toMatch(/^ +at /m);
  });
});
