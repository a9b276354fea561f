import type { Route } from "../routes/route.ts";
import { routeTable } from "../routes/table.ts";
import { isRecord } from "./record.ts";
import type { GatewayConfig } from "./gateway-config.ts";

/** One value that differs; undefined where there is none. */
export interface Change {
  /** As in `routes.get-order.timeout`. */
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What another routes.yaml would change. */
export interface ConfigDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changes: readonly Change[];
  /** What that means for requests, for people. */
  readonly effects: readonly string[];
}

type Compared = Pick<GatewayConfig, "routes" | "printable">;

/**
 * The differences between two configurations, and what they mean for requests. `perMinute` is the rate of a route's
 * requests now, where it is known.
 */
export function configDiff(
  before: Compared,
  after: Compared,
  perMinute: (routeId: string) => number | null,
): ConfigDiff {
  const ids = ({ routes }: Compared) => new Set(routes.map(({ id }) => id));
  const [was, is] = [ids(before), ids(after)];
  const added = [...is.difference(was)];
  const removed = [...was.difference(is)];
  const gone = new Set([...added, ...removed].map((id) => `routes.${id}`));
  const changes = changesOf(before.printable, after.printable, "").filter(
    ({ at }) => ![...gone].some((route) => at === route || at.startsWith(`${route}.`)),
  );
  const effects = [
    ...added.map((id) => `${id}: ${takenFrom(routeOf(after, id), before)}`),
    ...removed.map((id) => `${id}: ${takenOverBy(routeOf(before, id), after)}${rate(perMinute(id))}`),
    ...after.routes.flatMap((route) => shadowedOf(route, before, after)),
  ];
  return { added, removed, changes, effects };
}

function routeOf({ routes }: Compared, id: string): Route {
  return routes.find((route) => route.id === id)!;
}

function rate(perMinute: number | null): string {
  return perMinute === null ? "" : ` (${Math.round(perMinute)} a minute now)`;
}

/** Who answers the requests of a new route now. */
function takenFrom(route: Route, before: Compared): string {
  const now = takerOf(route, before);
  const stage = route.stage === "canary" ? `canary ${route.percent} %` : route.stage;
  return now === null
    ? `new, in ${stage}; legacy answers these requests now, without a route`
    : `new, in ${stage}; takes requests from ${now}`;
}

function takenOverBy(route: Route, after: Compared): string {
  const then = takerOf(route, after);
  return then === null
    ? "removed; its requests go to legacy, and its flag means nothing any more"
    : `removed; its requests go to ${then}`;
}

/** The route of another configuration that takes a request of this kind; null when none does. */
function takerOf(route: Route, { routes }: Compared): string | null {
  const { method, host, target } = sampleOf(route);
  return routeTable(routes).match(method, host, target)?.route.id ?? null;
}

/** Routes that stay, and lose some of their requests to another. */
function shadowedOf(route: Route, before: Compared, after: Compared): string[] {
  if (!before.routes.some(({ id }) => id === route.id)) return [];
  const [was, is] = [takerOf(route, before), takerOf(route, after)];
  return was === route.id && is !== null && is !== route.id
    ? [`${route.id}: requests of its kind go to ${is} instead`]
    : [];
}

/** A request that a route is for. */
function sampleOf({ methods, host, pattern }: Route) {
  const path = pattern.segments.map((segment) =>
    segment.kind === "literal" ? encodeURI(segment.bytes) : "banyan-sample",
  );
  const raw = `/${path.join("/")}`;
  return {
    method: methods?.[0] ?? "GET",
    host: host?.replace(/^\*/, "banyan-sample") ?? "banyan-sample",
    target: { raw, path: raw, query: null },
  };
}

function changesOf(before: unknown, after: unknown, at: string): Change[] {
  if (isRecord(before) && isRecord(after) && !Array.isArray(before) && !Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => changesOf(before[key], after[key], at === "" ? key : `${at}.${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ at, before, after }];
}
