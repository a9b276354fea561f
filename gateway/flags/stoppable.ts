import type { FlagSnapshot, FlagSource, RouteFlag } from "./flag-source.ts";
import { NOTHING_STOPPED, type Stopped } from "./stop-file.ts";

/**
 * A source whose flags this gateway's own emergency stop is laid over. A route that has no flag is stopped all the same,
 * in the stage that routes.yaml gives it.
 */
export function stoppable(
  source: FlagSource,
  stopped: () => Stopped,
  configured: (routeId: string) => Pick<RouteFlag, "stage" | "percent"> | undefined,
): FlagSource {
  let under: FlagSnapshot | undefined;
  let over: Stopped | undefined;
  let snapshot: FlagSnapshot;
  return {
    current() {
      const flags = source.current();
      const now = stopped();
      // Made anew only when either has changed; every request asks.
      if (flags !== under || now !== over) {
        [under, over] = [flags, now];
        snapshot = now === NOTHING_STOPPED ? flags : laidOver(flags, now, configured);
      }
      return snapshot;
    },
    health: () => source.health(),
    start: () => source.start(),
    stop: () => source.stop(),
  };
}

function laidOver(
  flags: FlagSnapshot,
  { everything, routes }: Stopped,
  configured: (routeId: string) => Pick<RouteFlag, "stage" | "percent"> | undefined,
): FlagSnapshot {
  const stoppedRoutes = new Map(flags.routes);
  for (const id of routes) {
    const flag = flags.routes.get(id) ?? configured(id);
    if (flag === undefined) continue;
    const { stage, percent } = flag;
    const { untilMs: _doesNotExpire, ...rest } = flags.routes.get(id) ?? { stage, percent };
    stoppedRoutes.set(id, { ...rest, killed: true });
  }
  return { ...flags, routes: stoppedRoutes, killed: flags.killed || everything, stoppedHere: true };
}
