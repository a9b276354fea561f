/** How much later than due a poll may come, so that gateways started together do not stay together. */
const SPREAD = 0.1;
const LONGEST_BACK_OFF_MS = 5 * 60_000;

/** When to poll next: after what the service asks for, never sooner, and ever later while it fails. */
export class PollPace {
  readonly #leastMs: number;
  readonly #random: () => number;
  #intervalMs: number;
  #failures = 0;

  constructor(leastMs: number, random: () => number = Math.random) {
    this.#leastMs = leastMs;
    this.#random = random;
    this.#intervalMs = leastMs;
  }

  succeeded(intervalMs: number): number {
    this.#failures = 0;
    this.#intervalMs = Math.max(intervalMs, this.#leastMs);
    return this.tooEarly();
  }

  tooEarly(): number {
    return this.#intervalMs * (1 + SPREAD * this.#random());
  }

  /** Doubles with each failure in a row, and adds up to half of that by chance. */
  failed(): number {
    const exponential = this.#intervalMs * 2 ** Math.min(this.#failures, 30);
    this.#failures += 1;
    const backOffMs = Math.max(this.#intervalMs, Math.min(exponential, LONGEST_BACK_OFF_MS));
    return backOffMs * (1 + 0.5 * this.#random());
  }
}
