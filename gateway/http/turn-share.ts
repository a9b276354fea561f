/**
 * libuv reads one socket up to 32 times in a row, 64 KB at a time, as long as each of them is full: 2 MB that are read and
 * written while everybody else waits. https://docs.libuv.org/en/v1.x/design.html#the-i-o-loop
 */
const FULL_READ_BYTES = 64 * 1024;

/** What two reads bring: larger than most bodies, and less than a millisecond's work. */
const SHARE_BYTES = 2 * FULL_READ_BYTES;

/** How much one sender brings in a turn of the event loop, so that the others have their turn too. */
export class TurnShare {
  #bytes = 0;
  #onNext: (() => void) | null = null;

  /** True once it was enough for this turn; `onNext` runs in the next one then. */
  isSpent(bytes: number, onNext: () => void): boolean {
    // What comes in smaller pieces ends the row by itself.
    if (bytes < FULL_READ_BYTES) return false;
    if (this.#bytes === 0) setImmediate(this.#next);
    this.#bytes += bytes;
    if (this.#bytes < SHARE_BYTES) return false;
    this.#onNext = onNext;
    return true;
  }

  readonly #next = (): void => {
    this.#bytes = 0;
    const onNext = this.#onNext;
    this.#onNext = null;
    onNext?.();
  };
}
