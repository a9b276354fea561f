/** What one client, and all of them together, may take. */
export interface EdgeLimits {
  /** Bytes of a request's head; more is a 431. */
  readonly headBytes: number;
  /** Header fields of a request; more is a 431. */
  readonly fields: number;
  /** Bytes of a request's target; more is a 414. */
  readonly targetBytes: number;
  /** Bytes of a request's body; more is a 413. */
  readonly bodyBytes: number;
  /** Milliseconds for a request's head; then 408. */
  readonly headMs: number;
  /** Milliseconds for each `MIN_PROGRESS_BYTES` of a request's body; then 408. */
  readonly uploadMs: number;
  /** Milliseconds in which nothing moves while an answer is on its way; then the connection is reset. */
  readonly stallMs: number;
  /** Milliseconds that an idle connection is kept. */
  readonly idleMs: number;
  /** Open connections; further ones are closed at once. */
  readonly connections: number;
  /** Requests in flight; further ones get 503. */
  readonly requests: number;
  /** Percent of these places that only requests to legacy may take. */
  readonly reservePercent: number;
  /** Bytes in buffers of one process; before that much is reached, requests are turned away. */
  readonly bufferBytes: number;
  /** The same in percent, of V8's heap and of the memory that the process may have. */
  readonly memoryPercent: number;
}

export const SAFE_LIMITS: EdgeLimits = {
  headBytes: 32 * 1024,
  fields: 1_000,
  targetBytes: 16 * 1024,
  bodyBytes: 1024 ** 3,
  headMs: 15_000,
  uploadMs: 30_000,
  stallMs: 300_000,
  // Longer than the 60 s after which AWS load balancers drop idle connections: the side that reuses must close first.
  idleMs: 75_000,
  connections: 20_000,
  requests: 5_000,
  reservePercent: 10,
  bufferBytes: 512 * 1024 ** 2,
  memoryPercent: 95,
};

/** A body that brings less in its time drips: the connection is held, and nothing is got from it. */
export const MIN_PROGRESS_BYTES = 3_000;
