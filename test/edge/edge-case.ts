/** What a peer does next: a string is sent (one byte a character), the others say themselves. */
export type Step =
  | string
  | { readonly waitMs: number }
  /** Until the other side has sent this. */
  | { readonly until: string }
  | { readonly close: "end" | "reset" };

/** What the upstream does with one request: from its head on, or once it is whole. */
export interface Reaction {
  readonly on: "head" | "whole";
  readonly steps: readonly Step[];
}

/**
 * Values that a field must have, in their order; none means that the field must be absent. Several values and one that
 * joins them with commas are the same (RFC 9110 §5.3).
 */
export type FieldsExpected = Readonly<Record<string, readonly (string | RegExp)[]>>;

/** An answer that the client gets. What is left out is not looked at. */
export interface AnswerExpected {
  readonly status: readonly number[];
  readonly reason?: string;
  readonly body?: string | RegExp;
  readonly fields?: FieldsExpected;
  readonly trailers?: FieldsExpected;
  /** Statuses of the interim answers before it. */
  readonly interim?: readonly number[];
  /** True when the answer must look cut short: everything else must look whole. */
  readonly cut?: boolean;
}

/** A request that reaches an upstream. What is left out is not looked at. */
export interface RequestExpected {
  /** Method and target. */
  readonly line?: string | RegExp;
  /** `legacy` unless said. */
  readonly side?: Side;
  readonly fields?: FieldsExpected;
  readonly body?: string;
  readonly trailers?: FieldsExpected;
  /** True when the upstream must see that the request broke off: everything else must arrive whole. */
  readonly cut?: boolean;
}

/** One way in which a case may end well. */
export interface Outcome {
  readonly answers: readonly AnswerExpected[];
  readonly requests: readonly RequestExpected[];
  /** What becomes of the client's connection; an open one must serve another request. Either, when absent. */
  readonly after?: "open" | "closed";
}

export type Side = "legacy" | "function";

/** `must`: a standard demands it, or a known attack needs its absence. `should`: everything else. */
export type Level = "must" | "should";

/** One conversation, and how it may end. */
export interface EdgeCase {
  readonly name: string;
  /** The section or the CVE that says so. */
  readonly source: string;
  readonly level: Level;
  readonly client: readonly Step[];
  /** Methods that the client asks with, in order; GET unless said. HEAD changes how answers are read. */
  readonly methods?: readonly string[];
  /** Where the client connects from: `127.0.0.2` is a listed proxy, everybody else is not. */
  readonly from?: string;
  /** Clients that hold requests open meanwhile. */
  readonly crowd?: number;
  /** What the upstream does with the first request, the second, …; it answers the others with 200 and their method and target. */
  readonly upstream?: readonly Reaction[];
  /** Any of these will do. */
  readonly outcomes: readonly Outcome[];
}

/** Cases that belong together. */
export interface Topic {
  readonly topic: string;
  readonly cases: readonly EdgeCase[];
}
