import { STATUS_CODES } from "node:http";
import type { Response } from "express";
import type { RefusalKind } from "./refusal.ts";

/** An answer that is not what was asked for: RFC 9457, with what to do next. */
export interface AdminProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly next?: string | null;
  /** Fields that go with it. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one place where the HTTP status of a refusal is chosen. */
export const STATUS_OF: Readonly<Record<RefusalKind, number>> = {
  "bad-request": 400,
  "unknown-route": 404,
  conflict: 409,
  "invalid-flags": 409,
  "not-legal": 422,
  "not-proven": 422,
  busy: 503,
  "not-ready": 503,
  // RFC 4918 §11.5: what has to be stored cannot be.
  "not-audited": 507,
  "not-written": 507,
  failed: 500,
};

/** Sends a problem; `code` is its last part of the type, and stable. */
export function sendProblem(
  res: Response,
  { status, code, detail, next = null, headers = {} }: AdminProblem,
): void {
  const problem = { type: `urn:banyan:problem:${code}`, title: STATUS_CODES[status], status, detail };
  if (status === 503) res.set("Retry-After", "1");
  res
    .set(headers)
    .status(status)
    .type("application/problem+json")
    .send(JSON.stringify(next === null ? problem : { ...problem, next }));
}
