import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { connect, createServer, type AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A part of the benchmark in a process of its own. */
export interface Part {
  readonly pid: number;
  readonly port: number;
  readonly process: ChildProcess;
  end(): Promise<void>;
}

/** As the first line of gateway/cli/main.ts and the Dockerfile have node start. */
export const GATEWAY_FLAGS = ["--max-semi-space-size=8"] as const;

/** The proxy has the last core to itself; everything else shares the first. */
export const CORES = {
  proxy: availableParallelism() - 1,
  others: 0,
  /** For what is made of several processes, which then shares with everything else. */
  all: `0-${availableParallelism() - 1}`,
} as const;

export const canPin = availableParallelism() > 1 && isInstalled("taskset");

export function isInstalled(command: string): boolean {
  return spawnSync("which", [command]).status === 0;
}

/** `command`, kept to a core, or to several, where that can be had. */
export function pinned(core: number | string, command: string, args: readonly string[]): [string, string[]] {
  return canPin ? ["taskset", ["-c", String(core), command, ...args]] : [command, [...args]];
}

/** A file of this folder as a Node process, which sends its port once it listens; 0 when it listens nowhere. */
export async function nodePart(
  core: number | string,
  file: string,
  args: readonly string[],
  { listens = true, flags = [] }: { readonly listens?: boolean; readonly flags?: readonly string[] } = {},
): Promise<Part> {
  const path = join(import.meta.dirname, file);
  const [command, all] = pinned(core, process.execPath, [...flags, path, ...args]);
  const child = spawn(command, all, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const port = listens
    ? await new Promise<number>((resolve, reject) => {
        child.once("message", (message) => resolve(Number(message)));
        child.once("exit", () => reject(new Error(`${file} ended before it listened`)));
      })
    : 0;
  return { pid: child.pid!, port, process: child, end: () => ended(child) };
}

/** Any other program, which is waited for until it listens on the port that it was given. */
export async function programPart(
  core: number | string,
  port: number,
  {
    command,
    args,
    env,
  }: { command: string; args: readonly string[]; env?: Readonly<Record<string, string>> },
): Promise<Part> {
  const [program, all] = pinned(core, command, args);
  const child = spawn(program, all, { stdio: "ignore", env: { ...process.env, ...env } });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${command} ended before it listened`);
    await pause(50);
  }
  return { pid: child.pid!, port, process: child, end: () => ended(child) };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Tells a process to end, and waits for it; at last it is killed. */
export function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const cut = setTimeout(() => child.kill("SIGKILL"), 3_000);
    child.once("exit", () => {
      clearTimeout(cut);
      resolve();
    });
    // Asked first: a master that is killed leaves its workers behind.
    child.kill("SIGTERM");
  });
}
