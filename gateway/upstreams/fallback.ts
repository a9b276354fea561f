import type { Route, Stage } from "../routes/route.ts";
import type { FailureKind, FailurePhase, UpstreamResponse } from "./upstream.ts";

/** What a failed attempt was for. */
export interface Attempted {
  readonly method: string;
  readonly stage: Stage;
  readonly route: Pick<Route, "repeatable" | "replaceServerErrors">;
  /** False once a byte of the request's body is gone for good. */
  readonly replayable: boolean;
}

/** How the function's attempt went wrong: a failure by its phase, or an answer of 5xx. */
export type Outcome = FailurePhase | "answered-5xx";

type Nature = "safe" | "repeatable write" | "write";

/**
 * May legacy answer what the function did not? The whole policy:
 *
 * - what certainly did not start may go to legacy, a write too;
 * - what may have run is repeated only where repeating is harmless (safe methods) or declared so (`repeatable`);
 * - what certainly ran is repeated only where it is harmless;
 * - an answered 5xx of a safe request is replaced unless the route wants to see it.
 */
const LEGACY_MAY_ANSWER: Readonly<Record<Outcome, Readonly<Record<Nature, boolean>>>> = {
  "not-started": { safe: true, "repeatable write": true, write: true },
  unknown: { safe: true, "repeatable write": true, write: false },
  started: { safe: true, "repeatable write": false, write: false },
  "answered-5xx": { safe: true, "repeatable write": false, write: false },
};

/** Methods that change nothing (RFC 9110 §9.2.1). PUT and DELETE are idempotent on one server; here are two. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** True when legacy may be asked after the function's attempt had this outcome. */
export function legacyMayAnswer(outcome: Outcome, attempted: Attempted): boolean {
  if (attempted.stage === "retired" || !attempted.replayable) return false;
  if (outcome === "answered-5xx" && !attempted.route.replaceServerErrors) return false;
  return LEGACY_MAY_ANSWER[outcome][natureOf(attempted)];
}

function natureOf({ method, route }: Attempted): Nature {
  if (SAFE_METHODS.has(method)) return "safe";
  return route.repeatable ? "repeatable write" : "write";
}

/** The function's share of the client's deadline when legacy may have to answer within the rest. */
const FUNCTION_SHARE = 0.6;

/** Milliseconds that the function gets of what is left, so that a fallback still fits the client's deadline. */
export function functionTimeoutMs(remainingMs: number, attempted: Attempted): number {
  return legacyMayAnswer("unknown", attempted) ? remainingMs * FUNCTION_SHARE : remainingMs;
}

/** Failures that say nothing about the upstream's health: the request's own fault, or the client's. */
const NOT_ITS_FAULT: ReadonlySet<FailureKind> = new Set([
  "too-large",
  "rejected",
  "client-gone",
  "client-slow",
  "breaker-open",
  "overloaded",
]);

/** True when a failure counts against the upstream in its breaker. */
export function countsAgainst(kind: FailureKind): boolean {
  return !NOT_ITS_FAULT.has(kind);
}

/** True when an answer counts against the function: 5xx does, whatever the client's fault was does not. */
export function isServerError(answer: UpstreamResponse): boolean {
  return answer.status >= 500;
}
