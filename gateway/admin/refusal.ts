/** Why an operator's wish was not granted. */
export const REFUSALS = [
  /** The wish itself makes no sense. */
  "bad-request",
  "unknown-route",
  /** The ladder forbids it. */
  "not-legal",
  /** Evidence does not speak for it. */
  "not-proven",
  /** The flags are at another version than it was decided on. */
  "conflict",
  /** The flags there are, or would become, are not valid. */
  "invalid-flags",
  /** Somebody else is changing the flags right now. */
  "busy",
  /** What it needs is not there yet, or not at the moment: the same wish may be granted in a second. */
  "not-ready",
  /** It cannot be written into the audit log, so it is not done. */
  "not-audited",
  /** The flags cannot be written where they are kept, so nothing was changed. */
  "not-written",
  /** The flags, or the evidence, could not be read or written. */
  "failed",
] as const;
export type RefusalKind = (typeof REFUSALS)[number];

/** A wish that was not granted, in words for the one who asked; `next` is what to do about it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly kind: RefusalKind;
  readonly next: string | null;

  constructor(kind: RefusalKind, message: string, next: string | null = null) {
    super(message);
    this.kind = kind;
    this.next = next;
  }
}
