import { randomBytes } from "node:crypto";
import type { Readiness } from "./admin/admin-parts.ts";
import { adminServer } from "./admin/server.ts";
import { packageVersion } from "./admin/version.ts";
import { opossumBreaker } from "./breaker/opossum.ts";
import { breakerRegistry } from "./breaker/registry.ts";
import { systemClock as clock } from "./clock.ts";
import type { Settings } from "./config/env.ts";
import { flagFileOf } from "./config/flag-file.ts";
import type { GatewayConfig } from "./config/gateway-config.ts";
import { renderProblems } from "./config/problems.ts";
import { readConfig } from "./config/read.ts";
import { watchFile } from "./config/watch.ts";
import { fileFlagWriter } from "./flags/file-writer.ts";
import { fileFlags, type FileFlags } from "./flags/file.ts";
import type { FlagWriter } from "./flags/writer.ts";
import { gateway } from "./gateway.ts";
import { serve } from "./http/server.ts";
import { routings } from "./routing.ts";
import { noMirror } from "./shadow/mirror.ts";
import { counters } from "./telemetry/counters.ts";
import { pinoTelemetry } from "./telemetry/pino.ts";
import { tee } from "./telemetry/tee.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

export interface RunningGateway {
  readonly port: number;
  readonly adminPort: number;
  /** Drains and ends everything; safe to call again. */
  stop(): Promise<void>;
}

const DRAIN_GRACE_MS = 1_000;
/** Less than the 30 s after which container platforms kill. */
const DRAIN_LIMIT_MS = 25_000;

/** The gateway cannot start; the message is the whole report and says what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * Settings → parts → listening. Rejects with a StartError when it cannot: a bad first configuration never runs. What
 * was started is ended in the reverse order, by `stop` or when a later part fails to start. `listeners` are told
 * everything that the log is told.
 */
export async function startGateway(
  settings: Settings,
  listeners: readonly Telemetry[] = [],
): Promise<RunningGateway> {
  await using parts = new AsyncDisposableStack();
  const config = await firstConfig(settings);
  const counted = counters(clock);
  const telemetry = tee([pinoTelemetry({ level: settings.logLevel }), counted.telemetry, ...listeners]);
  telemetry.configLoaded({ file: settings.configFile, routes: config.routes.length, reloaded: false });
  parts.defer(() => telemetry.lifecycle({ phase: "stopped", detail: "nothing is left running" }));

  const breakers = breakerRegistry((routeId, side, breaker) =>
    opossumBreaker(`${routeId}:${side}`, breaker, {
      clock,
      onChange: (state) => telemetry.breakerChanged({ routeId, side, state }),
    }),
  );
  breakers.reload(config.routes);
  parts.defer(() => breakers.stop());

  const routing = routings(config, { clock, telemetry, viaName: `banyan-${randomBytes(4).toString("hex")}` });
  parts.defer(() => routing.close());

  const flagFile = flagFileOf(config, settings);
  const flags = fileFlags({
    path: flagFile,
    clock,
    onChange: ({ version, killed }) => telemetry.flagsChanged({ version, killed }),
    onRejected: (problem) => telemetry.flagsRejected({ problem }),
  });
  parts.defer(() => flags.stop());
  await flags.start();

  parts.use(
    await reloads(settings, telemetry, (next) => {
      breakers.reload(next.routes);
      routing.reload(next);
    }),
  );

  // The operator's side comes first and goes last: nobody is left blind while clients come and go.
  let readiness: Readiness = { ready: false, reasons: ["starting"] };
  const admin = await adminServer(
    {
      table: () => routing.current().table,
      flags,
      writer: takenUp(fileFlagWriter({ path: flagFile, clock }), flags),
      telemetry,
      version: packageVersion(),
      live: { readiness: () => readiness, breakers: () => breakers.states(), counters: counted },
    },
    { host: settings.adminHost, port: settings.adminPort },
  );
  parts.defer(() => admin.close());

  const core = gateway({
    clock,
    telemetry,
    flags,
    mirror: noMirror,
    breaker: (route, side) => breakers.breaker(route, side),
    routing: () => routing.current(),
  });
  const server = await serve(
    core,
    { host: settings.host, port: settings.port, drainGraceMs: DRAIN_GRACE_MS, drainLimitMs: DRAIN_LIMIT_MS },
    telemetry,
  );
  parts.defer(() => {
    readiness = { ready: false, reasons: ["draining"] };
    telemetry.lifecycle({ phase: "draining", detail: "finishing what is in flight" });
    return server.drain();
  });
  readiness = { ready: true, reasons: [] };
  telemetry.lifecycle({
    phase: "listening",
    detail: `clients on ${server.port}, operators on ${admin.port}`,
  });

  const running = parts.move();
  return { port: server.port, adminPort: admin.port, stop: () => running.disposeAsync() };
}

async function firstConfig({ configFile, variables }: Settings): Promise<GatewayConfig> {
  const loaded = await readConfig(configFile, variables);
  if ("config" in loaded) return loaded.config;
  throw new StartError(renderProblems(loaded.problems, "text"));
}

/** Whoever flips here sees the flip in use when it is answered, without waiting for the file to be noticed. */
function takenUp(writer: FlagWriter, flags: FileFlags): FlagWriter {
  return {
    async apply(change) {
      const result = await writer.apply(change);
      if (result.made) await flags.refresh();
      return result;
    },
  };
}

/** Reads routes.yaml again when it changes or on SIGHUP. What is wrong is told, and the last good one stays in use. */
async function reloads(
  { configFile, variables }: Settings,
  telemetry: Telemetry,
  use: (config: GatewayConfig) => void,
): Promise<Disposable> {
  const reload = async () => {
    const loaded = await readConfig(configFile, variables);
    if ("problems" in loaded) {
      const problems = loaded.problems.map(
        ({ line, col, message }) => `${configFile}:${line}:${col}: ${message}`,
      );
      telemetry.configRejected({ file: configFile, problems });
      return;
    }
    use(loaded.config);
    telemetry.configLoaded({ file: configFile, routes: loaded.config.routes.length, reloaded: true });
  };
  // One after another, so that an older file never replaces a newer one.
  let last = Promise.resolve();
  const reloadNext = () => {
    last = last.then(reload).catch((error: unknown) => telemetry.unexpected({ where: "reload", error }));
  };
  const watch = watchFile(configFile, reloadNext);
  await watch.start();
  process.on("SIGHUP", reloadNext);
  return {
    [Symbol.dispose]() {
      watch.stop();
      process.off("SIGHUP", reloadNext);
    },
  };
}
