import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Status } from "../../gateway/admin/status-contract.ts";
import { eventually, type Trial } from "./trial.ts";
import type { Inside, Wish } from "./wishes.ts";

const MAIN = resolve(import.meta.dirname, "../../gateway/cli/main.ts");
const INSIDE = resolve(import.meta.dirname, "inside.ts");

/** A line of the gateway's log; fields by its kind. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

export interface GatewayProcess {
  readonly port: number;
  readonly adminPort: number;
  readonly pid: number;
  /** Folder of everything it writes. */
  readonly data: string;
  /** Warnings and errors, and what happens rarely; no lines of requests. */
  readonly log: readonly LogLine[];
  readonly alive: () => boolean;
  /** Resolves with how it ended. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly inside: (wish: Wish) => Promise<Inside>;
  readonly status: () => Promise<Status>;
  readonly readiness: () => Promise<{ readonly ready: boolean; readonly degraded: readonly string[] } | null>;
  /** A change through the operator's API; resolves with its HTTP status. */
  readonly operate: (path: string, wish: object) => Promise<number>;
  /** Flips a route, in spite of missing evidence. */
  readonly flip: (route: string, stage: string) => Promise<void>;
  readonly rssMb: () => Promise<number>;
}

export interface GatewayOptions {
  /** routes.yaml without its `version`. */
  readonly config: string;
  /** Name of its folder, for those that go on where another ended. */
  readonly name?: string;
  readonly data?: string;
  /** File descriptors at most. */
  readonly descriptors?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A gateway as `banyan start` runs it, on free ports; it is ended with the trial. */
export async function startGateway(
  trial: Trial,
  { config, name = "gateway", data, descriptors, env = {} }: GatewayOptions,
): Promise<GatewayProcess> {
  const folder = join(trial.folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "routes.yaml"), `version: 1\n${config}\n`);
  const dataFolder = data ?? join(folder, "data");
  const node = [process.execPath, "--import", INSIDE, MAIN, "start"];
  const limited = ["-c", `ulimit -n ${descriptors ?? "$(ulimit -Hn)"} && exec "$0" "$@"`, ...node];
  const child = spawn("sh", limited, {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOST: "127.0.0.1",
      PORT: "0",
      ADMIN_PORT: "0",
      BANYAN_CONFIG: join(folder, "routes.yaml"),
      BANYAN_DATA: dataFolder,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      NO_COLOR: "1",
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit").then(([code, by]: unknown[]) => (by ?? code) as number | NodeJS.Signals);
  const alive = () => child.exitCode === null && child.signalCode === null;
  trial.defer(async () => {
    if (!alive()) return;
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await exited;
  });
  const log: LogLine[] = [];
  const [port, adminPort] = await listening(child, log);
  const admin = `http://127.0.0.1:${adminPort}`;
  const operate = async (path: string, wish: object) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${admin}${path}`, { method: "POST", headers, body: JSON.stringify(wish) });
    await answer.text();
    return answer.status;
  };
  const inside = async (wish: Wish) => {
    child.send(wish);
    return ((await once(child, "message")) as [Inside])[0];
  };
  return {
    port,
    adminPort,
    pid: child.pid!,
    data: dataFolder,
    log,
    alive,
    exited,
    inside,
    operate,
    signal: (signal) => void child.kill(signal),
    status: async () => (await (await fetch(`${admin}/api/status`)).json()) as Status,
    async readiness() {
      const answer = await fetch(`${admin}/readyz`).catch(() => null);
      return answer === null ? null : ((await answer.json()) as { ready: boolean; degraded: string[] });
    },
    async flip(route, stage) {
      const status = await operate("/api/flip", { route, stage, reason: "a trial", force: true });
      if (status !== 200) throw new Error(`flip of ${route} to ${stage}: ${status}`);
    },
    rssMb: async () => (await inside({ do: "look" })).rssMb,
  };
}

/** Reads its log until it says where it listens, and keeps on reading. */
async function listening(child: ChildProcess, log: LogLine[]): Promise<[number, number]> {
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (line.includes('"method":')) return;
    log.push(line.startsWith("{") ? (JSON.parse(line) as LogLine) : { msg: line });
  });
  const where = () => log.find(({ phase }) => phase === "listening");
  await eventually(() => where() !== undefined || child.exitCode !== null, 60_000);
  const [, port, adminPort] = /clients on (\d+), operators on (\d+)/.exec(String(where()?.["detail"])) ?? [];
  if (port === undefined) throw new Error(`the gateway does not start: ${JSON.stringify(log)}`);
  return [Number(port), Number(adminPort)];
}
