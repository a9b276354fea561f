import type { InconclusiveReason } from "./comparison.ts";

/** Ends a comparison that cannot be brought to an end, and says why. */
export class Undecided extends Error {
  override readonly name = "Undecided";
  readonly reason: InconclusiveReason;

  constructor(reason: InconclusiveReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Levels of nesting that are looked into. Real answers have tens; each level costs a frame of the stack. */
export const MAX_DEPTH = 500;

/**
 * Steps that one comparison may take: a second or two of work, and twenty times what a megabyte of JSON takes. Counted,
 * because a clock would make the verdict depend on the machine.
 */
const MAX_STEPS = 2_000_000;

/** What one comparison has done so far. Going over the allowance ends it as too complex. */
export class Work {
  #left = MAX_STEPS;

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Undecided("too-complex", `more than ${MAX_STEPS} steps`);
  }

  enter(depth: number): void {
    if (depth > MAX_DEPTH) throw new Undecided("too-complex", `more than ${MAX_DEPTH} levels deep`);
    this.spend(1);
  }
}
