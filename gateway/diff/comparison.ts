/** What about a place in an answer differs. Seen from the primary: `missing` is what the candidate lacks. */
export type DifferenceKind =
  /** One side answered and the other did not. */
  | "failure"
  /** Another status code. */
  | "status"
  /** Another value of the same type; header fields and cookies included. */
  | "value"
  /** Another type of value: a number where a string was. */
  | "type"
  /** The primary has it, the candidate does not. */
  | "missing"
  /** The candidate has it, the primary does not. */
  | "extra"
  /** The same elements in another order. */
  | "order"
  /** A value of the right look was expected here (UUID, timestamp …), and is not there. */
  | "shape"
  /** Bytes that nobody understands any better. */
  | "bytes";

/**
 * One difference. `at` is its place:
 * - `status`, `failure`
 * - `header/<lower-case name>`, `cookie/<name>`, `cookie/<name>/<lower-case attribute>`
 * - `body` for the whole of it, or `body` and a JSON Pointer (RFC 6901): `body/items/0/price`; the same form serves
 *   HTML and XML (`body/html/0/body/0/p/2/@class`, the third `p` of its parent), forms (`body/<name>/0`, the first of
 *   that name) and text (`body/line/12`, counted from 1)
 *
 * Positions are the primary's; those of what is `extra`, the candidate's.
 */
export interface Difference {
  readonly at: string;
  readonly kind: DifferenceKind;
  /** What the primary has there, for people: JSON source or text, cut at 200 characters. Null when it has nothing. */
  readonly primary: string | null;
  readonly candidate: string | null;
}

/** A difference that a rule excuses, and which. */
export interface IgnoredDifference extends Difference {
  /** Id of the rule. */
  readonly by: string;
}

/** Why two answers could not be judged. */
export type InconclusiveReason =
  /** Larger than what is kept of bodies, and not the same bytes. */
  | "over-cap"
  /** Too deep, or too long in the making. */
  | "too-complex"
  /** A declared coding that cannot be decoded, or decodes to more than is allowed. */
  | "undecodable"
  /** A rule that failed. */
  | "rule-failed"
  /** The primary itself failed: there is nothing to compare with. */
  | "primary-failed";

export type Verdict = "match" | "ignored" | "mismatch" | "inconclusive";

/**
 * How the candidate's answer compares with the primary's.
 * `match`: no difference. `ignored`: rules excuse all there are. `mismatch`: some remain. `inconclusive`: nobody can say.
 */
export interface Comparison {
  readonly verdict: Verdict;
  /** True when status, judged header fields and body are the same bytes: no rule can ever change that verdict. */
  readonly identical: boolean;
  /** What remains, most telling first (failure, status, header, cookie, body in document order); at most 100. */
  readonly differences: readonly Difference[];
  readonly ignored: readonly IgnoredDifference[];
  /** True when there were more differences than are listed. */
  readonly truncated: boolean;
  /** Set exactly when the verdict is `inconclusive`. */
  readonly reason: InconclusiveReason | null;
}
