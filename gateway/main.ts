import type { Readiness } from "./admin/admin-parts.ts";
import { adminServer } from "./admin/server.ts";
import { packageVersion } from "./admin/version.ts";
import { assemble } from "./assembly.ts";
import type { Settings } from "./config/env.ts";
import { listenerParts } from "./http/listener/listening-server.ts";
import { localPath } from "./local-path.ts";
import { workerPool } from "./workers/pool.ts";
import { watchProcess } from "./telemetry/prometheus.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

export interface RunningGateway {
  readonly port: number;
  readonly adminPort: number;
  /** Resolves when no client can be answered any more, with why. */
  readonly brokeDown: Promise<Error>;
  /** Begins to replace the processes that answer clients, one by one and without losing a request; null where there is one. */
  readonly restart: (() => void) | null;
  /** Drains and ends everything; safe to call again. */
  stop(): Promise<void>;
}

/**
 * Settings → parts → listening. Rejects when it cannot, with a message that says what to do. What was started is ended
 * in the reverse order, by `stop` or when a later part fails to start.
 */
export async function startGateway(
  settings: Settings,
  listeners: readonly Telemetry[] = [],
): Promise<RunningGateway> {
  await using parts = new AsyncDisposableStack();
  const { path, telemetry, operated } = parts.use(
    await assemble(settings, listeners, settings.workers === 1 ? localPath : workerPool),
  );

  // The operator's side comes first and goes last: nobody is left blind while clients come and go.
  let readiness: Readiness = { ready: false, reasons: ["starting"] };
  const { tls } = operated.operators();
  const listener = parts.use(await listenerParts({ tls }, { telemetry, clock: operated.clock }));
  const problems = () => [...path.problems(), ...listener.problems(), ...operated.problems()];
  const live = { ...operated, readiness: () => readiness, problems };
  watchProcess();
  const admin = await adminServer(
    { ...operated, via: { channel: "api", remote: null }, version: packageVersion(), live },
    { host: settings.adminHost, port: settings.adminPort, listener },
  );
  parts.defer(() => admin.close());

  const server = await path.serve();
  parts.defer(async () => {
    readiness = { ready: false, reasons: ["draining"] };
    telemetry.lifecycle({ phase: "draining", detail: "finishing what is in flight" });
    await server.drain();
    telemetry.lifecycle({ phase: "stopped", detail: "nothing is in flight any more" });
  });
  readiness = { ready: true, reasons: [] };
  telemetry.lifecycle({
    phase: "listening",
    detail: `clients on ${server.port}, operators on ${admin.port}`,
  });

  const running = parts.move();
  const { port, brokeDown, restart } = server;
  return {
    port,
    adminPort: admin.port,
    brokeDown,
    restart,
    stop: () => running.disposeAsync(),
  };
}
