import { opossumBreaker } from "./breaker/opossum.ts";
import { breakerRegistry } from "./breaker/registry.ts";
import type { DataPath, PathParts } from "./data-path.ts";
import { gateway, type Gateway } from "./gateway.ts";
import { listenerParts, PLAIN } from "./http/listener/listening-server.ts";
import { watchMemory } from "./http/memory-watch.ts";
import { Overload } from "./http/overload.ts";
import { serve, type GatewayServer } from "./http/server.ts";
import { routings } from "./routing.ts";
import { shadowPlane } from "./shadow-plane.ts";

/** A data path in this process. */
export interface LocalPath extends DataPath {
  readonly gateway: Gateway;
}

/** What of it the other parts do not say. */
export interface LocalPathParts extends Omit<PathParts, "evidence" | "counters" | "tallies" | "changes"> {
  readonly evidence: Pick<PathParts["evidence"], "writer">;
  /** Number of this worker; null when there is only this process. */
  readonly worker?: number | null;
}

/** Everything between a client's request and its answer, and what comes of it, in this process. */
export async function localPath(path: LocalPathParts): Promise<LocalPath> {
  const { config, settings, clock, telemetry, flags, evidence, viaName, traced, worker = null } = path;
  await using parts = new AsyncDisposableStack();
  const breakers = breakerRegistry((routeId, side, breaker) =>
    opossumBreaker(`${routeId}:${side}`, breaker, {
      clock,
      onChange: (state) => telemetry.breakerChanged({ routeId, side, traffic: "clients", state }),
    }),
  );
  breakers.reload(config.routes);
  parts.defer(() => breakers.stop());

  const routing = routings(config, { clock, telemetry, viaName, traced, keepsWarm: worker === null });
  parts.defer(() => routing.close());

  const overload = new Overload(config.limits);
  parts.use(watchMemory(overload, config.limits, telemetry));

  const plane = parts.use(
    await shadowPlane(config, settings, {
      clock,
      telemetry,
      routing: () => routing.current(),
      evidence: evidence.writer,
      overload,
      keptWritesName: worker === null ? "writes" : `writes-${worker}`,
    }),
  );
  const core = gateway({
    clock,
    telemetry,
    flags,
    mirror: plane.mirror,
    overload,
    breaker: (route, side) => breakers.breaker(route, side),
    routing: () => routing.current(),
  });
  let server: GatewayServer | undefined;
  const owned = parts.move();
  let taken = PLAIN;
  return {
    gateway: core,
    table: () => routing.current().table,
    breakers: () => breakers.states(),
    copyBreakers: () => plane.breakers(),
    workers: () => null,
    recordings: plane.recordings,
    inFlight: () => server?.inFlight ?? 0,
    copiesInFlight: () => plane.copiesInFlight(),
    reload(next) {
      breakers.reload(next.routes);
      routing.reload(next);
      plane.reload(next);
    },
    flagsChanged: () => Promise.resolve(),
    countsIn: () => Promise.resolve(),
    problems: () => [...taken.problems(), ...overload.problems()],
    async serve() {
      taken = owned.use(await listenerParts(config.listener, { telemetry, clock }));
      const parts = { ...settings, limits: config.limits, listener: taken, overload };
      const listener = await serve(core, parts, telemetry);
      server = listener;
      return {
        port: listener.port,
        drain: () => listener.drain(),
        restart: null,
        brokeDown: new Promise(() => undefined),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
