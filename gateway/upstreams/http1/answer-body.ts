import { Readable } from "node:stream";

/** Where an answer's body comes from. */
export interface AnswerSource {
  /** There is room for more. */
  resume(): void;
  /** Nobody wants the rest. */
  abandon(): void;
}

/** A body that is passed on as it comes, no faster than it is read. */
export class AnswerBody extends Readable {
  readonly #source: AnswerSource;

  constructor(source: AnswerSource) {
    super();
    this.#source = source;
    // A body that breaks off after everybody has let go of it is nobody's failure.
    this.on("error", () => undefined);
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#source.abandon();
    // The answer may have been handed over a moment ago: whoever has it needs the time to listen for its errors.
    if (error === null) done(null);
    else setImmediate(done, error);
  }
}
