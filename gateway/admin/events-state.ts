import type { BreakerStatus } from "../breaker/registry.ts";
import type { BreakerState } from "../breaker/breaker.ts";
import { flagOf } from "../flags/decide.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { AdminParts, LiveParts } from "./admin-parts.ts";
import type { LiveGateway, LiveRoute } from "./events-contract.ts";
import { rungOf } from "./find-route.ts";

/** What operators who look on see of the gateway as a whole. */
export function liveGatewayOf({ flags }: AdminParts, live: LiveParts): LiveGateway {
  const { version, killed, stoppedHere = false } = flags.current();
  const { fresh, problem } = flags.health();
  return {
    ready: live.readiness().ready,
    configProblem: live.configProblem(),
    flagVersion: version,
    killed,
    stoppedHere,
    flagsFresh: fresh,
    flagsProblem: problem,
  };
}

/** Where all routes stand. */
export function liveRoutesOf(parts: AdminParts, live: LiveParts): LiveRoute[] {
  const now = parts.clock.now();
  const snapshot = parts.flags.current();
  const own = statesOf(live.breakers());
  const copies = statesOf(live.copyBreakers());
  return parts.table().routes.map((route) => {
    const { killed = false, paused = false } = flagOf(route, snapshot, now);
    const { stage, percent, stageFrom } = rungOf(route, snapshot, now);
    const of = (states: ReadonlyMap<string, BreakerState>, side: Side) =>
      states.get(`${side}:${route.id}`) ?? "closed";
    const copiesState = [of(copies, "legacy"), of(copies, "function")].find((state) => state !== "closed");
    return {
      id: route.id,
      stage,
      percent,
      stageFrom,
      killed,
      paused,
      breakers: {
        legacy: of(own, "legacy"),
        function: of(own, "function"),
        copies: copiesState ?? "closed",
      },
    };
  });
}

function statesOf(breakers: readonly BreakerStatus[]): ReadonlyMap<string, BreakerState> {
  return new Map(breakers.map(({ side, routeId, state }) => [`${side}:${routeId}`, state]));
}
