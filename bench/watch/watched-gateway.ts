import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CORES, GATEWAY_FLAGS, ended, freePort, pinned } from "../processes.ts";
import type { Inside } from "./inside.ts";

/** A gateway in a process of its own, as `banyan start` runs it. */
export interface WatchedGateway {
  readonly pid: number;
  readonly port: number;
  readonly adminPort: number;
  readonly configFile: string;
  /** Milliseconds from the spawn until it was ready, looked at every 5. */
  readonly startMs: number;
  /** What is alive in it; takes a few hundred milliseconds in which it does nothing else. */
  inside(): Promise<Inside>;
  end(): Promise<void>;
}

export interface WatchedSettings {
  /** For routes.yaml and data. */
  readonly folder: string;
  readonly config: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `dist` after `npm run build`, instead of the sources. */
  readonly compiled?: boolean;
  readonly logLevel?: string;
  /** False for one that cannot be asked what is alive in it, and is started as `banyan start` is, with nothing beside. */
  readonly askable?: boolean;
}

/** Rejects when it ends before it is ready. */
export async function watchedGateway(settings: WatchedSettings): Promise<WatchedGateway> {
  const own = mkdtempSync(join(settings.folder, "gateway-"));
  const configFile = join(own, "routes.yaml");
  writeFileSync(configFile, settings.config);
  const [port, adminPort] = [await freePort(), await freePort()];
  const root = resolve(import.meta.dirname, "../..");
  const entrance = join(root, settings.compiled === true ? "dist/cli/main.js" : "gateway/cli/main.ts");
  const askable = ["--expose-gc", join(import.meta.dirname, "inside.ts"), entrance, "start"];
  const plain = settings.askable === false;
  const [command, args] = pinned(CORES.proxy, process.execPath, [
    ...GATEWAY_FLAGS,
    ...(plain ? [entrance, "start"] : askable),
  ]);
  const startedAt = performance.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      LOG_LEVEL: settings.logLevel ?? "info",
      BANYAN_CONFIG: configFile,
      BANYAN_DATA: join(own, "data"),
      ...settings.env,
    },
  });
  while (!(await isReady(adminPort))) {
    if (child.exitCode !== null) throw new Error("the gateway ended before it was ready");
    await pause(5);
  }
  return {
    pid: child.pid!,
    port,
    adminPort,
    configFile,
    startMs: performance.now() - startedAt,
    async inside() {
      child.send("how are you?");
      const [told] = (await once(child, "message")) as [Inside];
      return told;
    },
    end: () => ended(child),
  };
}

async function isReady(adminPort: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}
