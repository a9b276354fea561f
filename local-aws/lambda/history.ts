/** One run of a function, as a test or a demo wants to count it. */
export interface Ran {
  readonly requestId: string;
  /** As in ExecutedVersion. */
  readonly version: string;
  /** ISO 8601. */
  readonly at: string;
  readonly coldStart: boolean;
  readonly durationMs: number;
  /** `ok`, or the error's type. */
  readonly outcome: string;
}

export interface Invocations {
  /** How often the function ran since the service started. */
  readonly count: number;
  /** How many calls were turned away with 429. */
  readonly throttled: number;
  /** The newest runs, oldest first. */
  readonly invocations: readonly Ran[];
}

const KEPT = 1000;

/** What a function has run. */
export class History {
  readonly #runs: Ran[] = [];
  #count = 0;
  #throttled = 0;

  add(run: Ran): void {
    this.#count += 1;
    this.#runs.push(run);
    if (this.#runs.length > KEPT) this.#runs.shift();
  }

  addThrottled(): void {
    this.#throttled += 1;
  }

  list(): Invocations {
    return { count: this.#count, throttled: this.#throttled, invocations: [...this.#runs] };
  }
}
