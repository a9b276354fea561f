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

/** The one place where the HTTP status of an upstream's failure is chosen. */
export function problemOf(kind: FailureKind): Problem {
  switch (kind) {
    case "timeout":
    case "connect-timeout":
      return problem(504, "upstream-timeout", "The service did not answer in time.");
    case "breaker-open":
    case "throttled":
    case "unavailable":
      return {
        ...problem(503, "upstream-unavailable", "The service cannot take this request now."),
        retryAfterS: 1,
      };
    case "too-large":
      return problem(413, "request-too-large", "The request is larger than the service accepts.");
    case "client-gone":
      return problem(499, "client-gone", "The client went away before the answer.");
    case "refused":
    case "unresolved":
    case "tls":
      return problem(502, "upstream-unreachable", "The service cannot be reached.");
    case "bad-answer":
      return problem(502, "upstream-answered-badly", "The service gave no valid answer.");
    case "reset":
    case "denied":
    case "not-found":
    case "rejected":
    case "service-error":
    case "function-error":
      return problem(502, "upstream-failed", "The service failed to answer.");
  }
}

/** A problem by its parts. */
export function problem(status: number, code: string, detail: string): Problem {
  return { status, code, detail };
}

/** The problem as an answer: RFC 9457 `application/problem+json`, with the id that finds its log line. */
export function problemResponse(problem: Problem, requestId: string): UpstreamResponse {
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
