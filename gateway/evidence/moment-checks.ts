import type { Check, LiveFacts } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import type { Gate } from "./gate.ts";
import { count, places, span } from "./wording.ts";

/** Whether the newest pair is new enough. */
export function freshnessCheck({ lastAt }: CurrentEvidence, { maxAgeMs }: Gate, now: number): Check {
  const measured = Math.max(0, now - lastAt);
  const isFresh = measured <= maxAgeMs;
  const says = `the newest pair is ${span(measured)} old; ${span(maxAgeMs)} are allowed`;
  const [verdict, next] = isFresh ? (["yes", null] as const) : (["unknown", "newer pairs"] as const);
  return { name: "freshness", verdict, says, measured, needed: maxAgeMs, next };
}

/**
 * Whether the breaker has been closed for long enough. One that has not opened since its gateway started is taken for closed
 * before, too: had it not been, the failures that opened it are among the errors. Null where there is no breaker to ask.
 */
export function breakerCheck(
  live: LiveFacts,
  { breakerClosedForMs: needed }: Gate,
  now: number,
): Check | null {
  if (live.breaker === null) return null;
  const { state, lastOpenAt, startedAt } = live.breaker;
  const measured = state === "closed" ? Math.max(0, now - (lastOpenAt ?? startedAt)) : 0;
  const check = (verdict: Check["verdict"], says: string, next: string | null): Check => {
    return { name: "breaker", verdict, says, measured, needed, next };
  };
  if (state !== "closed") return check("no", `the breaker is ${state}`, "a function that answers again");
  if (lastOpenAt === null)
    return check(
      "yes",
      `the breaker has not opened in the ${span(measured)} that the gateway has been up`,
      null,
    );
  const says = `the breaker has been closed for ${span(measured)}; ${span(needed)} are needed`;
  return measured >= needed ? check("yes", says, null) : check("no", says, span(needed - measured));
}

/** Whether all gateways are of one mind; where they are not, nobody knows yet what a flip would do. */
export function gatewaysCheck({ disagreements }: LiveFacts): Check {
  const agree = disagreements.length === 0;
  return {
    name: "gateways",
    verdict: agree ? "yes" : "unknown",
    says: agree
      ? "all gateways agree"
      : `${count(disagreements.length)} disagreements: ${places(disagreements)}`,
    measured: disagreements.length,
    needed: 0,
    next: agree ? null : "wait until they agree",
  };
}
