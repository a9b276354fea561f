import type { Answer } from "../http/line.ts";
import type { HeaderList } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";

/** What can answer. */
export type Side = "legacy" | "function";

/** What an upstream answered, a 500 included. Header fields are end-to-end ones. */
export interface UpstreamResponse extends Answer {
  /** Trailer fields, known once the body has ended. */
  readonly trailers?: () => HeaderList;
  /** The function version that ran, where the host says so. */
  readonly executedVersion?: string;
}

/** How one attempt is bounded. */
export interface Attempt {
  /** Milliseconds until the answer's headers must be there; a body that is still moving does not count. */
  readonly timeoutMs: number;
  /** Whose share of the connections it takes; nobody's, and no share, when absent. */
  readonly tenant?: string;
  /** Aborts when nobody wants the answer any more. */
  readonly signal: AbortSignal;
  /** Called for each 1xx but 100 and 101. */
  readonly onInformational?: (status: number, headers: HeaderList) => void;
}

/**
 * Anything that can answer: the monolith, a function, a fake. Resolves with whatever was answered, a 500 included;
 * rejects only with an UpstreamError.
 */
export interface Upstream {
  readonly name: string;
  send(request: GatewayRequest, attempt: Attempt): Promise<UpstreamResponse>;
}

/**
 * What is known about the work when an upstream failed, which is what decides who may answer instead:
 * - `not-started`: it certainly did not run (refused, throttled, no such function, too large to send);
 * - `unknown`: it was sent and may have run (reset, our own timeout, an untyped 5xx of the service);
 * - `started`: it certainly ran and failed, or answered what is no answer.
 */
export type FailurePhase = "not-started" | "unknown" | "started";

/** Why an upstream failed; each kind has one phase unless the thrower knows better. */
export const FAILURE_KINDS = {
  refused: "not-started",
  unresolved: "not-started",
  tls: "not-started",
  "connect-timeout": "not-started",
  throttled: "not-started",
  denied: "not-started",
  "not-found": "not-started",
  "too-large": "not-started",
  rejected: "not-started",
  unavailable: "not-started",
  "breaker-open": "not-started",
  overloaded: "not-started",
  timeout: "unknown",
  reset: "unknown",
  "service-error": "unknown",
  "function-error": "started",
  "bad-answer": "started",
  "client-gone": "unknown",
  "client-slow": "unknown",
} as const satisfies Record<string, FailurePhase>;
export type FailureKind = keyof typeof FAILURE_KINDS;

/** The only way an upstream fails. The message is for the log; no client ever sees it. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly kind: FailureKind;
  readonly phase: FailurePhase;

  constructor(kind: FailureKind, message: string, options: { phase?: FailurePhase; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.phase = options.phase ?? FAILURE_KINDS[kind];
  }
}
