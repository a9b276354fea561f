import type { BreakerFacts, Check, LiveFacts } from "./assessment.ts";
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
 * Whether the function's breakers have been closed for long enough: that of clients and that of copies, which is the only
 * one that is asked in shadow, and of which too few failures are among the errors, as an open one lets no copy be made. One
 * that has not opened since its gateway started is taken for closed before, too: had it not been, the failures that opened
 * it are among the errors. Null where there is no breaker to ask.
 */
export function breakerCheck(
  live: LiveFacts,
  { breakerClosedForMs: needed }: Gate,
  now: number,
): Check | null {
  if (live.breakers === null) return null;
  const { clients, copies } = live.breakers;
  const both = [clients, copies];
  const measured = Math.min(...both.map((breaker) => closedFor(breaker, now)));
  const check = (verdict: Check["verdict"], says: string, next: string | null): Check => {
    return { name: "breaker", verdict, says, measured, needed, next };
  };
  if (both.every(({ state, lastOpenAt }) => state === "closed" && lastOpenAt === null)) {
    const says = `the breakers of clients and of copies have not opened in the ${span(measured)} that the gateway has been up`;
    return check("yes", says, null);
  }
  const says = `the breaker of clients ${standing(clients, now)}; that of copies ${standing(copies, now)}`;
  if (both.some(({ state }) => state === "open")) return check("no", says, "a function that answers again");
  const limited = `${says}; ${span(needed)} are needed`;
  const isLong = both.every((breaker) => breaker.lastOpenAt === null || closedFor(breaker, now) >= needed);
  return isLong ? check("yes", limited, null) : check("no", limited, span(needed - measured));
}

/** One that is half-open waits for a call, which may never come in this stage: it has not failed since. */
function closedFor({ state, lastOpenAt, startedAt }: BreakerFacts, now: number): number {
  return state === "open" ? 0 : Math.max(0, now - (lastOpenAt ?? startedAt));
}

function standing(breaker: BreakerFacts, now: number): string {
  if (breaker.state === "open") return "is open";
  const closed = span(closedFor(breaker, now));
  if (breaker.state !== "closed") return `opened ${closed} ago, and waits for a call`;
  return breaker.lastOpenAt === null ? `has not opened in ${closed}` : `has been closed for ${closed}`;
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
