import type { HeaderList } from "../http/headers.ts";
import type { FailureKind } from "../upstreams/upstream.ts";

/** A body as far as it was kept. */
export interface CapturedBody {
  /** The body's first bytes; all of them unless it was larger than the cap. */
  readonly bytes: Buffer;
  /** Bytes that the body had. More than `bytes.length` when it went over the cap. */
  readonly length: number;
  /** SHA-256 of the whole body in hex, where it went over the cap; else null, as the bytes say it all. */
  readonly sha256: string | null;
}

/** What one side answered. Header fields are end-to-end ones, in wire order. */
export interface AnsweredObservation {
  readonly kind: "answered";
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: CapturedBody;
  /** Milliseconds from asking to the answer's header: a body comes at the pace of whoever reads it. */
  readonly durationMs: number;
  /** The function version that ran, where the host says so. */
  readonly version: string | null;
}

/** One side gave no answer. A failure is data, not an exception. */
export interface FailedObservation {
  readonly kind: "failed";
  readonly failure: FailureKind;
  readonly durationMs: number;
}

/** What one side did with a request. */
export type Observation = AnsweredObservation | FailedObservation;

/** True when the body was larger than what is kept of bodies. */
export function wentOverCap({ bytes, length }: CapturedBody): boolean {
  return length > bytes.length;
}
