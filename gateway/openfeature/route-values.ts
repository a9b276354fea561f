import type { FlagMetadata, JsonValue } from "@openfeature/server-sdk";
import { decide, flagOf, type Asking, type DecisionReason } from "../flags/decide.ts";
import type { FlagSnapshot, RouteFlag } from "../flags/flag-source.ts";
import type { Route } from "../routes/route.ts";

/** OpenFeature's types, by the names that its messages use. */
export interface ValueTypes {
  boolean: boolean;
  string: string;
  number: number;
  object: JsonValue;
}

/** What one flag key stands for, in every type it has. */
export interface RouteValues {
  readonly values: Partial<ValueTypes>;
  readonly reason: OpenFeatureReason;
  readonly variant: string;
  readonly flagMetadata: FlagMetadata;
}

/** What can be asked about a route: who answers, or, behind a dot, where it stands. */
export type Aspect = "side" | "stage" | "percent";

/** A word of https://openfeature.dev/specification/types#resolution-reason, STATIC only for what a flag says. */
type OpenFeatureReason = "TARGETING_MATCH" | "SPLIT" | "STATIC" | "DEFAULT" | "DISABLED";

/** The route's id and what of it is meant: `get-order`, `get-order.stage`, `get-order.percent`. Ids have no dots. */
export function parseFlagKey(key: string): { routeId: string; aspect: Aspect } | null {
  const [routeId = "", aspect = "side", ...more] = key.split(".");
  if (more.length > 0) return null;
  if (aspect === "stage" || aspect === "percent") return { routeId, aspect };
  return key === routeId ? { routeId, aspect: "side" } : null;
}

/** What the gateway would decide for somebody, and why, in OpenFeature's words. */
export function routeValues(route: Route, aspect: Aspect, asking: Asking, flags: FlagSnapshot): RouteValues {
  const decision = decide(route, asking, flags);
  const { primary, stage, bucket, reason, flagVersion } = decision;
  const flag = flagOf(route, flags, asking.now);
  const flagMetadata = { flagVersion, stage, decision: reason, ...(bucket !== null && { bucket }) };
  const why = REASONS[reason];
  // What a flag does not say is what routes.yaml has fallen back to.
  const standing = why === "DISABLED" ? why : flag === route ? "DEFAULT" : "STATIC";
  if (aspect === "stage")
    return { values: { string: stage }, reason: standing, variant: stage, flagMetadata };
  if (aspect === "percent") {
    const number = why === "DISABLED" ? 0 : shareOf(flag);
    return { values: { number }, reason: standing, variant: stage, flagMetadata };
  }
  return {
    values: { boolean: primary === "function", string: primary, object: { ...decision } },
    reason: why === "STATIC" ? standing : why,
    variant: primary,
    flagMetadata,
  };
}

/** The share of clients, in percent, that a stage leaves to the function. */
function shareOf({ stage, percent }: RouteFlag): number {
  if (stage === "canary") return percent;
  return stage === "cutover" || stage === "retired" ? 100 : 0;
}

const REASONS: Readonly<Record<DecisionReason, OpenFeatureReason>> = {
  unmatched: "DEFAULT",
  killed: "DISABLED",
  "route-killed": "DISABLED",
  tester: "TARGETING_MATCH",
  rule: "TARGETING_MATCH",
  "rule-in": "SPLIT",
  "rule-out": "SPLIT",
  "rule-no-key": "DEFAULT",
  "stage-legacy": "STATIC",
  "stage-shadow": "STATIC",
  "canary-in": "SPLIT",
  "canary-out": "SPLIT",
  "canary-no-key": "DEFAULT",
  "stage-cutover": "STATIC",
  "stage-retired": "STATIC",
};
