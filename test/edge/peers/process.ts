import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRecorder } from "../recorder.ts";
import type { Lane } from "../run-case.ts";
import { until } from "../perform.ts";
import type { Peer } from "./peer.ts";

/** A proxy that is a program of its own. */
export interface Program {
  readonly name: string;
  /** Prints its version on one of its outputs. */
  readonly versionOption: string;
  /** Where the version stands in that. */
  readonly version: RegExp;
  readonly config: (lanes: readonly Lane[], folder: string) => string;
  readonly options: (configFile: string, folder: string) => readonly string[];
}

/** Starts it on free ports, with its configuration in a folder of its own; null where it is not installed. */
export async function startProgram(program: Program, laneCount: number): Promise<Peer | null> {
  const asked = spawnSync(program.name, [program.versionOption], { encoding: "utf8" });
  if (asked.error !== undefined) return null;
  const version = program.version.exec(asked.stdout + asked.stderr)?.[1] ?? "of an unknown version";

  const folder = mkdtempSync(join(tmpdir(), "edge-"));
  const lanes: Lane[] = [];
  for (let i = 0; i < laneCount; i++) lanes.push({ port: await freePort(), upstream: await startRecorder() });
  const configFile = join(folder, "config");
  writeFileSync(configFile, program.config(lanes, folder));
  const child = spawn(program.name, program.options(configFile, folder), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    child.kill();
    await ended;
    for (const { upstream } of lanes) upstream.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const listening = await Promise.all(lanes.map(({ port }) => listens(port, () => child.exitCode !== null)));
  if (listening.includes(false)) {
    await close();
    throw new Error(`${program.name} did not start: ${complaints}`);
  }
  return { name: program.name, version, lanes, close };
}

/** A port that was free a moment ago: these programs cannot be asked which one they took. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listens(port: number, isOver: () => boolean): Promise<boolean> {
  let open = false;
  const knock = () => {
    const socket = connect(port, "127.0.0.1", () => {
      open = true;
      socket.destroy();
    });
    socket.on("error", () => undefined);
  };
  await until(() => {
    knock();
    return open || isOver();
  });
  return open;
}
