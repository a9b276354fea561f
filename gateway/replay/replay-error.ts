/**
 * Why a replay did not begin:
 * - `cannot-reach`: legacy does not answer; nothing of the corpus was sent;
 * - `bad-checkpoint`: the checkpoint is none, is another run's, or is too old to be taken up.
 */
export type ReplayErrorKind = "cannot-reach" | "bad-checkpoint";

/** The replay did not begin; the message says why and what to do. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
  readonly kind: ReplayErrorKind;

  constructor(kind: ReplayErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
