import { spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { MAIN, workFolder } from "../unit/cli/run-banyan.ts";
import { status, type Status } from "../../gateway/admin/status-contract.ts";

/** Another side that the test can slow down: answers 200 with what `answer` gives. */
export async function scriptedSide(answer: (path: string) => string) {
  let waitMs = 0;
  let asked = 0;
  const server = http.createServer((req, res) => {
    asked += 1;
    req.resume();
    setTimeout(() => {
      res.writeHead(200, { "content-type": "application/json" });
      res.end(answer(req.url ?? ""));
    }, waitMs);
  });
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    answerAfter: (ms: number) => void (waitMs = ms),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** `banyan start --workers N` as a process of its own, on free ports; resolves when it listens. */
export async function workerGateway(workers: number, routesYaml: string, env: Record<string, string> = {}) {
  const work = workFolder(routesYaml, { HOST: "127.0.0.1", PORT: "0", DRAIN_GRACE: "300ms", ...env });
  const child = spawn(process.execPath, [MAIN, "start", "--workers", String(workers)], {
    cwd: work.folder,
    env: { ...work.environment, ADMIN_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
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
  const admin = `http://127.0.0.1:${ports[2]}`;
  const statusNow = async (): Promise<Status> =>
    status.parse(await (await fetch(`${admin}/api/status`)).json());
  return {
    ...work,
    url: `http://127.0.0.1:${ports[1]}`,
    port: Number(ports[1]),
    admin,
    exited,
    pid: child.pid!,
    log: () => log,
    signal: (name: NodeJS.Signals) => child.kill(name),
    status: statusNow,
    /** Of the workers that answer. */
    async pids(): Promise<number[]> {
      const { processes } = (await statusNow()).workers!;
      return processes.filter(({ state }) => state === "answering").map(({ pid }) => pid);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
      work[Symbol.dispose]();
    },
  };
}

export type WorkerGateway = Awaited<ReturnType<typeof workerGateway>>;

/** Asks on a connection of its own, or on those of an agent; rejects when no whole answer comes. */
export function ask(port: number, path: string, agent: http.Agent | false = false, headers = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const req = http.get({ host: "127.0.0.1", port, path, agent, headers }, (res) => {
      let body = "";
      res.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      res.once("error", reject).once("end", () => resolve({ status: res.statusCode!, body }));
    });
    req.once("error", reject);
  });
}
