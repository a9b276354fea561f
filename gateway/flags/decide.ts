import type { Params } from "../routes/pattern.ts";
import type { Route, Stage } from "../routes/route.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { Targeted } from "./attribute.ts";
import { BUCKETS, bucketOf, bucketsIn } from "./bucket.ts";
import type { FlagSnapshot, RouteFlag } from "./flag-source.ts";

/** Why a side was chosen; logs, `explain` and reports use these words. */
export type DecisionReason =
  | "unmatched"
  | "killed"
  | "route-killed"
  | "tester"
  | "rule"
  | "rule-in"
  | "rule-out"
  | "rule-no-key"
  | "stage-legacy"
  | "stage-shadow"
  | "canary-in"
  | "canary-out"
  | "canary-no-key"
  | "stage-cutover"
  | "stage-retired";

/** Never a bare value: who answers, who is shadowed, and the reason. */
export interface Decision {
  readonly primary: Side;
  readonly shadow: Side | null;
  readonly reason: DecisionReason;
  readonly stage: Stage;
  /** Where the client's key falls, 0–99,999 in steps of 0.001 %; null when no key was needed or found. */
  readonly bucket: number | null;
  readonly flagVersion: string;
}

/** Who asks, as far as decisions look at it. */
export interface Asking {
  /** The sticky key; null when there is none, or none is needed. */
  readonly key: string | null;
  readonly request: Targeted;
  readonly params: Params;
  /** Wall-clock milliseconds, for what expires. */
  readonly now: number;
}

/**
 * Who answers a request and why: pure, synchronous, total. In this order:
 *
 * - the kill switches, over every stage, retired included: an emergency stop means what it says;
 * - a retired route is the function's, whatever else is said: legacy has let go of it;
 * - listed testers, then the first rule that matches;
 * - the stage. A canary of 0 % or 100 % needs no key. In between, a client without one stays on legacy, where it was
 *   before.
 *
 * A route without a flag, or with one that has expired, keeps the stage it is configured with; flags of unknown routes
 * mean nothing here.
 */
export function decide(route: Route | null, asking: Asking, flags: FlagSnapshot): Decision {
  const flagVersion = flags.version;
  if (route === null) return decision(LEGACY, "unmatched", "legacy", flagVersion);
  const flag = flagOf(route, flags, asking.now);
  const { stage } = flag;
  if (flags.killed) return decision(LEGACY, "killed", stage, flagVersion);
  if (flag.killed === true) return decision(LEGACY, "route-killed", stage, flagVersion);
  if (stage !== "retired") {
    const targeted = targetedBy(flag, route, asking, flags);
    if (targeted !== null) return targeted;
  }
  if (stage === "canary") return shared(flag.percent, route, flag, asking, flags, CANARY);
  const { primary, reason } = BY_STAGE[stage];
  return decision(primary, reason, stage, flagVersion, shadowOf(flag, primary));
}

/** The route's flag as it counts at this moment; what routes.yaml says where there is none. */
export function flagOf(route: Route, flags: FlagSnapshot, now: number): RouteFlag {
  const flag = flags.routes.get(route.id);
  if (flag === undefined) return route;
  return flag.untilMs !== undefined && flag.untilMs <= now ? route : flag;
}

/** Whether a decision may depend on who the client is. */
export function needsKey({ stage, testers, rules }: RouteFlag): boolean {
  return stage === "canary" || testers !== undefined || rules !== undefined;
}

function targetedBy(flag: RouteFlag, route: Route, asking: Asking, flags: FlagSnapshot): Decision | null {
  const { stage, testers, rules } = flag;
  const { key, request, params, now } = asking;
  const side = key === null ? undefined : testers?.get(key);
  if (side !== undefined) return decision(side, "tester", stage, flags.version, shadowOf(flag, side));
  if (rules === undefined) return null;
  for (const rule of rules) {
    if (rule.untilMs !== undefined && rule.untilMs <= now) continue;
    if (!rule.matches(request, params)) continue;
    const { to } = rule;
    if (typeof to === "string") return decision(to, "rule", stage, flags.version, shadowOf(flag, to));
    return shared(to.percent, route, flag, asking, flags, RULE);
  }
  return null;
}

const LEGACY: Side = "legacy";

const BY_STAGE = {
  legacy: { primary: "legacy", reason: "stage-legacy" },
  shadow: { primary: "legacy", reason: "stage-shadow" },
  cutover: { primary: "function", reason: "stage-cutover" },
  retired: { primary: "function", reason: "stage-retired" },
} as const;

/**
 * Whom a copy goes to: from shadow on, the side that does not answer. So evidence goes on in a canary, and after the
 * cutover legacy is still asked (for what is safe to ask twice), which keeps the way back proven.
 */
function shadowOf({ stage, paused }: RouteFlag, primary: Side): Side | null {
  if (stage === "legacy" || stage === "retired" || paused === true) return null;
  return primary === "legacy" ? "function" : "legacy";
}

/** The words for a share of the clients: in it, out of it, or nobody knows. */
interface ShareReasons {
  readonly in: DecisionReason;
  readonly out: DecisionReason;
  readonly noKey: DecisionReason;
}
const CANARY: ShareReasons = { in: "canary-in", out: "canary-out", noKey: "canary-no-key" };
const RULE: ShareReasons = { in: "rule-in", out: "rule-out", noKey: "rule-no-key" };

function shared(
  percent: number,
  { group }: Route,
  flag: RouteFlag,
  { key }: Asking,
  { version, salt = "" }: FlagSnapshot,
  reasons: ShareReasons,
): Decision {
  const share = bucketsIn(percent);
  const bucket = key === null ? null : bucketOf(group, salt, key);
  const to = (side: Side, reason: DecisionReason) =>
    decision(side, reason, flag.stage, version, shadowOf(flag, side), bucket);
  if (share >= BUCKETS) return to("function", reasons.in);
  if (share <= 0) return to("legacy", reasons.out);
  if (bucket === null) return to("legacy", reasons.noKey);
  // Buckets below the share are in, so that raising the share only ever adds clients.
  return bucket < share ? to("function", reasons.in) : to("legacy", reasons.out);
}

function decision(
  primary: Side,
  reason: DecisionReason,
  stage: Stage,
  flagVersion: string,
  shadow: Side | null = null,
  bucket: number | null = null,
): Decision {
  return { primary, shadow, reason, stage, bucket, flagVersion };
}
