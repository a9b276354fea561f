/**
 * A timer that lets what has arrived be read before it says that time is up. After the process stood still (SIGSTOP, a
 * paused virtual machine, a busy event loop) timers run first: an answer that waits in its socket would count as late.
 */
export class Deadline {
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout;
  #last: NodeJS.Immediate | undefined;

  constructor(ms: number, onLate: () => void) {
    this.#onLate = onLate;
    this.#timer = this.#started(ms);
  }

  /** So many milliseconds from now on. */
  restart(ms: number): void {
    this.clear();
    this.#timer = this.#started(ms);
  }

  /** As many as before, from now on. */
  refresh(): void {
    clearImmediate(this.#last);
    this.#timer.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#last);
  }

  #started(ms: number): NodeJS.Timeout {
    // Sockets are read between timers and immediates.
    return setTimeout(() => (this.#last = setImmediate(this.#onLate)), ms);
  }
}
