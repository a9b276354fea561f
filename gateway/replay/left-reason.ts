import type { DropReason } from "../shadow/drop-reason.ts";

/** Why a recorded request gave no pair. Counted, so that nobody takes silence for agreement. */
export type LeftReason =
  /** No route takes it. In a session it goes to legacy alone, for what the session needs of it. */
  | "no-route"
  /** Its route has no function that can be asked. In a session, as above. */
  | "no-function"
  /** It may change something, and nobody allowed that. */
  | "unsafe"
  /** The corpus does not have all of it. */
  | "not-whole"
  /** Its target is none that a gateway would let through. */
  | "bad-target"
  /** Its credentials are redacted: both sides would refuse it alike, which says nothing. */
  | "redacted"
  /** Legacy gave no answer to compare with. Not counted as done: a run that is taken up again tries once more. */
  | "legacy-failed"
  | DropReason;
