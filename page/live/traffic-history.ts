import type { RouteStatus, Status } from "../../gateway/admin/status-contract.ts";
import { rungText } from "../../gateway/admin/rung-text.ts";

/** One route at one moment. */
export interface TrafficPoint {
  /** Wall-clock seconds, as charts want them. */
  readonly at: number;
  /** Requests a minute since the point before; null for the first. */
  readonly legacyPerMinute: number | null;
  readonly functionPerMinute: number | null;
  readonly legacyP99Ms: number | null;
  readonly functionP99Ms: number | null;
  /** Of the pairs compared since the point before; null when there were none. */
  readonly mismatchPercent: number | null;
}

/** A change of stage that this page saw. */
export interface FlipMark {
  readonly at: number;
  readonly says: string;
}

/** What this page saw of one route since it was opened. */
export interface TrafficHistory {
  readonly points: TrafficPoint[];
  readonly flips: FlipMark[];
}

const MOST_POINTS = 600;
const MOST_ROUTES = 100;
const NOTHING: TrafficHistory = { points: [], flips: [] };

const kept = new Map<string, { last: RouteStatus; lastAt: number; history: TrafficHistory }>();

export function historyOf(route: string): TrafficHistory {
  return kept.get(route)?.history ?? NOTHING;
}

/** Adds a point for each route that has traffic; of many routes, those with traffic first. */
export function remember(status: Status): void {
  const at = Date.now() / 1000;
  for (const route of status.routes) {
    const known = kept.get(route.id);
    const isWorthIt = known !== undefined || ((route.traffic?.requests ?? 0) > 0 && kept.size < MOST_ROUTES);
    if (!isWorthIt) continue;
    const history = known?.history ?? { points: [], flips: [] };
    history.points.push(pointOf(route, known?.last ?? null, at, at - (known?.lastAt ?? at)));
    if (history.points.length > MOST_POINTS) history.points.shift();
    if (known !== undefined && rungChanged(known.last, route)) {
      history.flips.push({ at, says: `${rungText(known.last)} → ${rungText(route)}` });
    }
    kept.set(route.id, { last: route, lastAt: at, history });
  }
}

/** What lies between two readings; of counters that began anew, what they say. */
export function pointOf(
  now: RouteStatus,
  before: RouteStatus | null,
  at: number,
  seconds: number,
): TrafficPoint {
  const { traffic } = now;
  const grown = (count: (route: RouteStatus) => number) => {
    const more = before === null ? 0 : count(now) - count(before);
    return more < 0 ? count(now) : more;
  };
  const perMinute = (side: "legacy" | "function") =>
    before === null || seconds <= 0
      ? null
      : (60 * grown(({ traffic }) => traffic?.answeredBy[side] ?? 0)) / seconds;
  const compared = (verdict: string) => grown(({ traffic }) => traffic?.shadow.compared[verdict] ?? 0);
  const mismatched = compared("mismatch");
  const pairs = mismatched + compared("match") + compared("ignored");
  return {
    at,
    legacyPerMinute: perMinute("legacy"),
    functionPerMinute: perMinute("function"),
    legacyP99Ms: traffic?.legacy.p99Ms ?? null,
    functionP99Ms: traffic?.function.p99Ms ?? null,
    mismatchPercent: pairs === 0 ? null : (100 * mismatched) / pairs,
  };
}

function rungChanged(before: RouteStatus, now: RouteStatus): boolean {
  return before.stage !== now.stage || before.percent !== now.percent;
}
