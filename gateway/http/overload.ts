import type { EdgeLimits } from "./limits.ts";
import { problem } from "./problem.ts";
import { SHEDDABLE, type Shed } from "./shed.ts";

/** How much of something is used, of what may be: 1 is all of it. */
export interface Use {
  readonly of: string;
  readonly share: number;
}

/** From which share on each step is taken. */
const FROM_SHARE = [0, 0.8, 0.9, 1] as const;
/** And below which it is taken back: a process at its limit would else go to and fro with every collection. */
const UNTIL_SHARE = [0, 0.7, 0.8, 0.9] as const;

export const OVERLOADED = {
  ...problem(503, "overloaded", "More is asked than can be taken here."),
  retryAfterS: 1,
};

/**
 * Whom there is room for. Requests in flight are counted one by one, and the last places are legacy's: nobody but legacy can
 * answer most of what comes, and what functions answer holds whole bodies in memory. Memory is measured now and then.
 * Health and everything else on the operator's side is never turned away.
 */
export class Overload {
  readonly #requests: number;
  /** Places that functions' requests may take. */
  readonly #forFunctions: number;
  #inFlight = 0;
  /** Index into SHEDDABLE, by memory. */
  #step = 0;
  #cause: Use = { of: "", share: 0 };

  constructor({ requests, reservePercent }: Pick<EdgeLimits, "requests" | "reservePercent">) {
    this.#requests = requests;
    this.#forFunctions = requests - Math.floor((requests * reservePercent) / 100);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a place for a request; false when there is none. Whoever has one must `leave`. */
  enter(): boolean {
    if (this.#inFlight >= this.#requests || this.#step === 3) return false;
    this.#inFlight += 1;
    return true;
  }

  leave(): void {
    this.#inFlight -= 1;
  }

  /** True when a request that has its place may have it with legacy only. */
  get shedsFunctions(): boolean {
    return this.#step >= 2 || this.#inFlight > this.#forFunctions;
  }

  get shedsCopies(): boolean {
    return this.#step >= 1 || this.shedsFunctions;
  }

  /** What is turned away because of memory. */
  get shed(): Shed {
    return SHEDDABLE[this.#step]!;
  }

  /** Takes how much memory is used now; true when something else is turned away than before. */
  measured(uses: readonly Use[]): boolean {
    const most = uses.reduce((a, b) => (b.share > a.share ? b : a));
    this.#cause = most;
    const before = this.#step;
    while (this.#step < 3 && most.share >= FROM_SHARE[this.#step + 1]!) this.#step += 1;
    while (this.#step > 0 && most.share < UNTIL_SHARE[this.#step]!) this.#step -= 1;
    return this.#step !== before;
  }

  problems(): string[] {
    const found: string[] = [];
    if (this.#inFlight > this.#forFunctions) {
      found.push(
        `overloaded: ${this.#inFlight} of ${this.#requests} requests are in flight; those of functions get 503`,
      );
    }
    if (this.#step > 0) {
      const { of, share } = this.#cause;
      const upTo = SHEDDABLE.slice(1, this.#step + 1).join(", ");
      found.push(`overloaded: ${Math.round(share * 100)} % of ${of} is used; turned away: ${upTo}`);
    }
    return found;
  }
}
