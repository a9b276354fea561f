import type { Trial } from "./trial.ts";

/** One fault, done to a real gateway process, and what must hold meanwhile. */
export interface Scenario {
  /** `F1`, `F2`, …; stays when others are added. */
  readonly number: string;
  readonly fault: string;
  /** What must hold, for people. */
  readonly hold: string;
  /** Does it, measures, and says what did not hold; a trial that throws did not hold either. */
  readonly run: (trial: Trial) => Promise<void>;
}

/** What one trial found. */
export interface Found {
  /** Measured, for people: `502 in 3 ms`. */
  readonly figures: readonly string[];
  /** What did not hold; empty when all did. */
  readonly broken: readonly string[];
  /** Why it could not be tried here; null when it was. */
  readonly skipped: string | null;
}
