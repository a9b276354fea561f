export type BreakerState = "closed" | "open" | "half-open";

/** Whose calls a breaker is for: copies have breakers of their own, so that they open none of clients'. */
export type BreakerTraffic = "clients" | "copies";

/** One admitted call; exactly one of its methods is called, once. */
export interface AdmittedCall {
  succeeded(durationMs: number): void;
  failed(durationMs: number): void;
  /** The call says nothing about the upstream: the client went away, or the request itself was at fault. */
  ignored(): void;
}

/** Stops asking an upstream that keeps failing, and finds out when it is back. Never throws. */
export interface Breaker {
  readonly state: BreakerState;
  /** A call to report on, or null when the upstream must not be asked now. */
  admit(): AdmittedCall | null;
}
