import { routeCost } from "../cost/route-cost.ts";
import type { Workers } from "../data-path.ts";
import { flagOf } from "../flags/decide.ts";
import { functionText } from "../routes/function-target.ts";
import type { Route } from "../routes/route.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { RouteStatus, Status } from "./status-contract.ts";
import { liveRoutesOf } from "./events-state.ts";
import { legacyState } from "./legacy-state.ts";
import { findRoute, matchText, rungOf } from "./find-route.ts";

/** Where every route stands, or one of them. Throws a Refusal for a route that does not exist. */
export function statusOf(parts: AdminParts, routeId?: string): Status {
  const table = parts.table();
  const routes = routeId === undefined ? table.routes : [findRoute(table, routeId)];
  const { version, killed, stoppedHere = false } = parts.flags.current();
  const { fresh, lastReadAt, problem } = parts.flags.health();
  const readiness = parts.live?.readiness();
  // Once for all of them: asking the breakers anew for each of thousands of routes would take many seconds.
  const breakers = new Map(
    parts.live === null ? [] : liveRoutesOf(parts, parts.live).map((route) => [route.id, route.breakers]),
  );
  const shown = routes.map((route) => routeStatusOf(route, parts, breakers.get(route.id) ?? null));
  const unmatched = parts.live?.counters.of(null) ?? null;
  return {
    version: parts.version,
    ready: readiness === undefined ? null : { ready: readiness.ready, reasons: [...readiness.reasons] },
    legacy: legacyState(shown, unmatched, parts.clock.now()),
    lambdaEndpoint: parts.live?.lambdaEndpoint() ?? null,
    workers: workersOf(parts.live?.workers() ?? null),
    configProblem: parts.live?.configProblem() ?? null,
    problems: [...(parts.live?.problems() ?? [])],
    flags: {
      version,
      killed,
      stoppedHere,
      fresh,
      readAt: lastReadAt === null ? null : new Date(lastReadAt).toISOString(),
      problem,
    },
    routes: shown,
    unmatched,
  };
}

function workersOf(workers: Workers | null): Status["workers"] {
  if (workers === null) return null;
  const processes = workers.processes.map(({ startedAt, breakers, ...process }) => ({
    ...process,
    startedAt: new Date(startedAt).toISOString(),
    breakers: breakers.map(({ routeId, side, state }) => ({ route: routeId, side, state })),
  }));
  return { ...workers, processes };
}

function routeStatusOf(
  route: Route,
  { flags, live, clock }: AdminParts,
  breakers: RouteStatus["breakers"],
): RouteStatus {
  const flag = flagOf(route, flags.current(), clock.now());
  const traffic = live?.counters.of(route.id) ?? null;
  return {
    id: route.id,
    match: matchText(route),
    function: functionText(route.function),
    group: route.group,
    killed: flag.killed === true,
    paused: flag.paused === true,
    until: flag.untilMs === undefined ? null : new Date(flag.untilMs).toISOString(),
    rules: flag.rules?.length ?? 0,
    testers: flag.testers?.size ?? 0,
    ...rungOf(route, flags.current(), clock.now()),
    breakers,
    traffic,
    cost: live === null || traffic === null ? null : routeCost(route.function, traffic, live.prices()),
  };
}
