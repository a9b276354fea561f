import type { HeaderList } from "../http/headers.ts";

/** One recorded request. Everything but the request may be unknown: importers carry over what their format has. */
export interface CorpusEntry {
  /** Unique in its corpus; a replay that is taken up again, and its report, name requests by it. */
  readonly id: string;
  /** Wall-clock milliseconds at which it was sent; null when unknown. */
  readonly at: number | null;
  /** Requests of one client, to be sent in order; null when nobody knows. */
  readonly session: string | null;
  /** The route that took it when it was recorded; null when unknown. */
  readonly route: string | null;
  readonly request: CorpusRequest;
  /** What was answered then; null when unknown. */
  readonly answer: CorpusAnswer | null;
}

export interface CorpusRequest {
  readonly method: string;
  /** Origin form: path and query, as sent. */
  readonly target: string;
  /** End-to-end fields in wire order. */
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** False when the format had no body to give although there was one: such a request cannot be sent again. */
  readonly isWhole: boolean;
}

export interface CorpusAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** False when the body is missing or cut. */
  readonly isWhole: boolean;
  readonly durationMs: number | null;
}

/** What a corpus says of itself. */
export interface CorpusHead {
  /** `record`, `har`, `goreplay`, `alb`, `openapi`. */
  readonly source: string;
  /** Wall-clock milliseconds. */
  readonly createdAt: number | null;
  /** True when secrets were replaced by tokens. */
  readonly redacted: boolean;
}

/** A line or record that cannot be used: where, what is wrong, what to do. Nothing is dropped in silence. */
export interface CorpusProblem {
  /** Line in the file, from 1; or the record's number where the format has no lines. */
  readonly line: number;
  readonly message: string;
}

/** What reading brings to light, in the order of the file; the head comes first. */
export type CorpusItem =
  | { readonly kind: "head"; readonly head: CorpusHead }
  | { readonly kind: "entry"; readonly entry: CorpusEntry }
  | { readonly kind: "problem"; readonly problem: CorpusProblem };

/** A file that cannot be read or written at all. Its message says what to do. */
export class CorpusError extends Error {
  override readonly name = "CorpusError";
}

/** Bytes that one record of any format may have; what is longer is a problem, and is not held in memory. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

export function problemAt(line: number, message: string): CorpusItem {
  return { kind: "problem", problem: { line, message } };
}
