import { nearest } from "../config/did-you-mean.ts";
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
export function rungOf(route: Route, flags: FlagSnapshot): Rung & { stageFrom: "flag" | "routes.yaml" } {
  const flag = flags.routes.get(route.id);
  const { stage, percent } = flag ?? route;
  return {
    stage,
    percent: stage === "canary" ? percent : null,
    stageFrom: flag === undefined ? "routes.yaml" : "flag",
  };
}

/** Which requests a route takes, as a person would write it: `GET shop.example.com/api/orders/{id}`. */
export function matchText({ methods, host, pattern }: Route): string {
  return `${methods === null ? "ANY" : methods.join(",")} ${host ?? ""}${pattern.text}`;
}
