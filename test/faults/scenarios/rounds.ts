import { setTimeout as pause } from "node:timers/promises";
import { steadily, Tally, type Question } from "../asking.ts";
import type { Trial } from "../trial.ts";

/** Answers without the fault, and with it. */
export interface Compared {
  readonly without: Tally;
  readonly with: Tally;
}

/**
 * Asks the same in turn without and with a fault: on a shared machine only what was measured side by side can be compared.
 * `around` begins what goes on meanwhile, with the fault or without it, and is undone by what it gives.
 */
export async function inTurn(
  trial: Trial,
  question: Omit<Question, "agent">,
  around: (isFaulty: boolean) => Promise<() => Promise<unknown>>,
): Promise<Compared> {
  const found = { without: new Tally(), with: new Tally() };
  const roundMs = trial.pick(250, 1_500);
  const round = async (tally: Tally, isFaulty: boolean) => {
    const undo = await around(isFaulty);
    const steady = steadily(() => question, 4, 4);
    await pause(roundMs);
    for (const one of (await steady.stop()).all) tally.add(one);
    await undo();
  };
  await round(new Tally(), false);
  for (let i = 0; i < trial.pick(1, 5); i++) {
    await round(found.without, false);
    await round(found.with, true);
  }
  return found;
}

/** `p99 2.1 → 2.3 ms (× 1.10)`. */
export function p99Text(compared: Compared): string {
  const [without, during] = [compared.without.ms(0.99), compared.with.ms(0.99)];
  return `p99 ${without.toFixed(1)} → ${during.toFixed(1)} ms (× ${(during / without).toFixed(2)}, p50 × ${(compared.with.ms(0.5) / compared.without.ms(0.5)).toFixed(2)}, ${compared.with.all.length} requests)`;
}
