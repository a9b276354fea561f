import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { STAGES } from "../../gateway/routes/route.ts";
import { comparedOf, errorPercent, TONES, type Standing } from "./standing.ts";

/** A route with what is to be said of it. */
export interface Listed {
  readonly route: RouteStatus;
  readonly standing: Standing;
}

export const ORDERS = [
  "attention",
  "name",
  "stage",
  "match",
  "pairs",
  "latency",
  "errors",
  "requests",
] as const;
export type Order = (typeof ORDERS)[number];

/** What a column is sorted by: small numbers first, names last. */
const KEY: Readonly<Record<Order, (listed: Listed) => number>> = {
  attention: ({ standing }) => TONES.indexOf(standing.tone),
  name: () => 0,
  stage: ({ route }) => -STAGES.indexOf(route.stage) - (route.percent ?? 0) / 1000,
  match: ({ route }) => -(comparedOf(route.traffic).mismatchPercent ?? -1),
  pairs: ({ route }) => -comparedOf(route.traffic).pairs,
  latency: ({ route }) => -(route.traffic?.function.p99Ms ?? -1),
  errors: ({ route }) => -(route.traffic === null ? -1 : (errorPercent(route.traffic.function) ?? -1)),
  requests: ({ route }) => -(route.traffic?.perMinute ?? 0),
};

/** Sorted by that, and by name among equals. */
export function ordered(listed: readonly Listed[], order: Order): Listed[] {
  const key = KEY[order];
  return listed.toSorted((a, b) => key(a) - key(b) || a.route.id.localeCompare(b.route.id));
}

/**
 * Routes that have all words of a text somewhere in name, match, function, group or stage; and of one stage, unless it is
 * null.
 */
export function filtered(routes: readonly RouteStatus[], text: string, stage: string | null): RouteStatus[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return routes.filter((route) => {
    if (stage !== null && route.stage !== stage) return false;
    const all = `${route.id} ${route.match} ${route.function} ${route.group} ${route.stage}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
