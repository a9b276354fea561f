import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import type { Assessment, CheckName } from "../../gateway/evidence/assessment.ts";
import { NEXT_GATED } from "../parts/next-gated.ts";
import { failing } from "../parts/failing-checks.ts";
import { count, percent } from "../parts/number-text.ts";

/** How much a route wants somebody, most first. */
export const TONES = ["bad", "warn", "ready", "calm", "idle"] as const;
export type Tone = (typeof TONES)[number];

/** What there is to say of a route in half a line. */
export interface Standing {
  readonly tone: Tone;
  readonly says: string;
}

/** The one thing about a route that an operator should know first. */
export function standingOf(route: RouteStatus, assessment: Assessment | null): Standing {
  return (
    harm(route) ??
    proof(route, assessment) ?? { tone: isMoving(route) ? "calm" : "idle", says: REST[route.stage] }
  );
}

/** Whether it is on its way: neither before its first rung nor past its last. */
function isMoving({ stage }: RouteStatus): boolean {
  return stage !== "legacy" && stage !== "retired";
}

const REST: Readonly<Record<RouteStatus["stage"], string>> = {
  legacy: "not begun",
  shadow: "being compared",
  canary: "some clients moved",
  cutover: "all clients moved",
  retired: "done",
};

/** What hurts now, whatever the evidence says. */
function harm({ killed, paused, breakers, stage, traffic }: RouteStatus): Standing | null {
  if (killed) return { tone: "bad", says: "stopped: all on legacy" };
  if (breakers?.legacy === "open") return { tone: "bad", says: "legacy’s breaker is open" };
  if (breakers?.function === "open") return { tone: "bad", says: "the function’s breaker is open" };
  if (breakers?.function === "half-open") return { tone: "warn", says: "breaker half-open: trying again" };
  if (paused) return { tone: "warn", says: "paused" };
  if (breakers?.copies === "open") return { tone: "warn", says: "copies stopped: breaker open" };
  const stoodIn = sum(traffic?.fallbacks ?? {});
  const isMoved = stage === "canary" || stage === "cutover";
  return isMoved && stoodIn > 0 ? { tone: "warn", says: `legacy stood in ${count(stoodIn)}×` } : null;
}

function proof(route: RouteStatus, assessment: Assessment | null): Standing | null {
  if (assessment === null) return mismatches(route);
  const { verdict, to, pairs, checks } = assessment;
  if (verdict === "yes") return { tone: "ready", says: `ready for ${to}` };
  if (verdict === "no") return { tone: "bad", says: `held back: ${failing(assessment, "no")}` };
  const neededFor = (wanted: CheckName) => checks.find(({ name }) => name === wanted)?.needed ?? null;
  const [needed, allowed] = [neededFor("pairs"), neededFor("mismatches")];
  if (pairs === 0) return { tone: "calm", says: "no evidence yet" };
  const differing = comparedOf(route.traffic).mismatchPercent;
  if (differing !== null && allowed !== null && differing > 100 * allowed)
    return { tone: "warn", says: `${percent(differing)} differ so far` };
  if (needed !== null && pairs < needed)
    return { tone: "calm", says: `collecting: ${count(pairs)} of ${count(needed)}` };
  return { tone: "calm", says: `not known yet: ${failing(assessment, "unknown")}` };
}

/** What the gateway's own counters show while nobody judged the route. */
function mismatches({ stage, traffic }: RouteStatus): Standing | null {
  const differing = comparedOf(traffic).mismatchPercent ?? 0;
  return differing > 0 && NEXT_GATED[stage] !== null
    ? { tone: "warn", says: `${percent(differing)} of answers differ` }
    : null;
}

/** Pairs by the gateway's counters, since it started; null percent for none. */
export function comparedOf(traffic: RouteStatus["traffic"]): {
  pairs: number;
  mismatchPercent: number | null;
} {
  const { match = 0, ignored = 0, mismatch = 0 } = traffic?.shadow.compared ?? {};
  const pairs = match + ignored + mismatch;
  return { pairs, mismatchPercent: pairs === 0 ? null : (100 * mismatch) / pairs };
}

/** Answers of one side that were 5xx or none at all, in percent; null when it was not asked. */
export function errorPercent({
  answered,
  serverErrors,
  failed,
}: NonNullable<RouteStatus["traffic"]>["legacy"]): number | null {
  const failures = sum(failed);
  const asked = answered + failures;
  return asked === 0 ? null : (100 * (serverErrors + failures)) / asked;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
