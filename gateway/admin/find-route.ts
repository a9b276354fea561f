import { nearest } from "../config/did-you-mean.ts";
import { flagOf } from "../flags/decide.ts";
import type { FlagSnapshot } from "../flags/flag-source.ts";
import type { Rung } from "../flags/transitions.ts";
import type { Route } from "../routes/route.ts";
import type { RouteTable } from "../routes/table.ts";
import { Refusal } from "./refusal.ts";

/** The route of an id, or a Refusal that names the one probably meant. */
export function findRoute({ routes }: RouteTable, id: string): Route {
  const route = routes.find((candidate) => candidate.id === id);
  if (route !== undefined) return route;
  const ids = routes.map((candidate) => candidate.id);
  const near = nearest(id, ids);
  const hint = near === null ? someOf(ids) : `did you mean ${near}?`;
  throw new Refusal("unknown-route", `there is no route ${JSON.stringify(id)}: ${hint}`, "banyan status");
}

function someOf(ids: readonly string[]): string {
  if (ids.length === 0) return "routes.yaml has none yet";
  return `there is ${ids.slice(0, 8).join(", ")}${ids.length > 8 ? ` and ${ids.length - 8} more` : ""}`;
}

/** Where a route stands, and who says so. */
export function rungOf(
  route: Route,
  flags: FlagSnapshot,
  now: number,
): Rung & { stageFrom: "flag" | "routes.yaml" } {
  const { stage, percent } = flagOf(route, flags, now);
  return {
    stage,
    percent: stage === "canary" ? percent : null,
    stageFrom: hasFlag(route, flags, now) ? "flag" : "routes.yaml",
  };
}

function hasFlag(route: Route, flags: FlagSnapshot, now: number): boolean {
  return flags.routes.has(route.id) && flagOf(route, flags, now) !== route;
}

/** Which requests a route takes, as a person would write it: `GET shop.example.com/api/orders/{id}`. */
export function matchText({ methods, host, pattern }: Route): string {
  return `${methods === null ? "ANY" : methods.join(",")} ${host ?? ""}${pattern.text}`;
}
