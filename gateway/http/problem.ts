import { STATUS_CODES } from "node:http";
import type { FailureKind, UpstreamResponse } from "../upstreams/upstream.ts";

/** An answer that the gateway makes itself. `code` is stable and safe to alert on; nothing of the request is reflected. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Seconds; sent as Retry-After. */
  readonly retryAfterS?: number;
}

const late = problem(504, "upstream-timeout", "The service did not answer in time.");
const busy = {
  ...problem(503, "upstream-unavailable", "The service cannot take this request now."),
  retryAfterS: 1,
};
const unreachable = problem(502, "upstream-unreachable", "The service cannot be reached.");
const failed = problem(502, "upstream-failed", "The service failed to answer.");

/** The one place where the HTTP status of an upstream's failure is chosen. */
const PROBLEMS: Readonly<Record<FailureKind, Problem>> = {
  timeout: late,
  "connect-timeout": late,
  "breaker-open": busy,
  overloaded: {
    ...problem(503, "overloaded", "Too many requests wait for this part of the service."),
    retryAfterS: 1,
  },
  throttled: busy,
  unavailable: busy,
  refused: unreachable,
  unresolved: unreachable,
  tls: unreachable,
  reset: failed,
  denied: failed,
  "not-found": failed,
  rejected: failed,
  "service-error": failed,
  "function-error": failed,
  "bad-answer": problem(502, "upstream-answered-badly", "The service gave no valid answer."),
  "too-large": problem(413, "request-too-large", "The request is larger than the service accepts."),
  "client-slow": problem(408, "request-timeout", "The rest of the request did not come in time."),
  "client-gone": problem(499, "client-gone", "The client went away before the answer."),
};

/** What a client is told of an upstream's failure. */
export function problemOf(kind: FailureKind): Problem {
  return PROBLEMS[kind];
}

/** A problem by its parts. */
export function problem(status: number, code: string, detail: string): Problem {
  return { status, code, detail };
}

/** The problem as an answer: RFC 9457 `application/problem+json`, with the id that finds its log line. */
export function problemResponse(problem: Problem, requestId: string): UpstreamResponse & { body: Buffer } {
  const body = Buffer.from(
    JSON.stringify({
      type: `urn:banyan:problem:${problem.code}`,
      title: STATUS_CODES[problem.status] ?? "Error",
      status: problem.status,
      detail: problem.detail,
      requestId,
    }),
  );
  const headers = ["Content-Type", "application/problem+json", "Content-Length", String(body.length)];
  headers.push("Cache-Control", "no-store");
  if (problem.retryAfterS !== undefined) headers.push("Retry-After", String(problem.retryAfterS));
  return { status: problem.status, reason: "", headers, body };
}
