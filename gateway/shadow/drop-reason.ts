/** Why a request was not copied, or its copy not compared. Counted, so that nobody takes silence for agreement. */
export type DropReason =
  /** It is a copy itself, or was caused by one. */
  | "loop"
  /** The declared share leaves it out. */
  | "sampled-out"
  /** There is enough evidence, and only a trickle goes on. */
  | "enough"
  /** Copies go by client, and this one has no key. */
  | "no-key"
  /** A write, and the route's rung for writes keeps them here. */
  | "write-skipped"
  /** A write, and nobody declared what to do with those. */
  | "write-undeclared"
  /** A write, and the other side is the monolith: it would really be done again. */
  | "write-to-legacy"
  /** A write, kept for a replay instead. */
  | "write-recorded"
  /** Too many copies under way. */
  | "concurrency"
  /** Copies hold too much memory. */
  | "bytes"
  /** Too many copies a second. */
  | "rate"
  /** The process has too much to do. */
  | "busy"
  /** The request's body is larger than what is copied. */
  | "body-too-large"
  /** The request's body was not read to its end. */
  | "body-unread"
  /** The client went away, or the answer broke off. */
  | "incomplete"
  /** Somebody else answered than was decided. */
  | "stood-in"
  /** The route is gone, or has no such side. */
  | "no-target"
  /** The other side's breaker, which copies have for themselves. */
  | "breaker-open"
  /** Comparing could not keep up. */
  | "compare-queue"
  /** Comparing went wrong in a way that nobody foresaw; the log has it. */
  | "judge-failed";
