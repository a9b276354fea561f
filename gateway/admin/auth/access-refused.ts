import type { AdminProblem } from "../problem.ts";
import type { Role } from "./role.ts";

/** Whoever asks does not get in; `problem` is what they are told. */
export class AccessRefused extends Error {
  override readonly name = "AccessRefused";
  readonly problem: AdminProblem;

  constructor(problem: AdminProblem) {
    super(problem.detail);
    this.problem = problem;
  }
}

const HOW_TO_PROVE = "send a token: BANYAN_TOKEN, or --token-file";

/** No proof came along (RFC 6750 §3: then the challenge names no error). */
export function proofMissing(): AccessRefused {
  const detail = "Who are you? Nothing that came along says so.";
  const headers = { "WWW-Authenticate": 'Bearer realm="banyan"' };
  return new AccessRefused({ status: 401, code: "unauthenticated", detail, next: HOW_TO_PROVE, headers });
}

/** The proof is none; `why` says nothing that would help to forge one. */
export function proofRefused(why: string): AccessRefused {
  const headers = { "WWW-Authenticate": 'Bearer realm="banyan", error="invalid_token"' };
  return new AccessRefused({
    status: 401,
    code: "unauthenticated",
    detail: why,
    next: HOW_TO_PROVE,
    headers,
  });
}

/** It is clear who asks, and that they may not; null for a name that has no role at all. */
export function roleMissing(name: string, role: Role | null, needed: Role): AccessRefused {
  const has = role === null ? "no role here" : `the role ${role}`;
  const detail = `${name} has ${has}; this needs ${needed}.`;
  const headers = {
    "WWW-Authenticate": `Bearer realm="banyan", error="insufficient_scope", scope="${needed}"`,
  };
  return new AccessRefused({ status: 403, code: "forbidden", detail, headers });
}

/** Without proof only this machine gets in. */
export function notFromHere(): AccessRefused {
  const detail = "No proof of who asks is configured, so only this machine gets in.";
  const next = "configure `operators` in routes.yaml";
  return new AccessRefused({ status: 403, code: "loopback-only", detail, next });
}

/** The keys that proofs are checked by cannot be had now: nobody gets in by them, and nobody is called a liar. */
export function keysUnavailable(why: string): AccessRefused {
  const detail = `Who you are cannot be checked now: ${why}.`;
  return new AccessRefused({ status: 503, code: "keys-unavailable", detail });
}

export function tooManyAttempts(retryAfterS: number): AccessRefused {
  const detail = "Too many wrong proofs came from this address.";
  const headers = { "Retry-After": String(retryAfterS) };
  return new AccessRefused({ status: 429, code: "too-many-attempts", detail, headers });
}

export function tooManyChanges(retryAfterS: number): AccessRefused {
  const detail = "Too many changes were asked for within a minute. `kill` and `rollback` are not counted.";
  const headers = { "Retry-After": String(retryAfterS) };
  return new AccessRefused({ status: 429, code: "too-many-changes", detail, headers });
}
