import type { Clock } from "../clock.ts";

/** How often something happened lately. */
export interface RecentCount {
  /** Once, unless said how often. */
  add(times?: number): void;
  /** Within the last minutes, to 10 s; at most five of them. */
  within(minutes: number): number;
}

const SLOT_MS = 10_000;
const SLOTS_PER_MINUTE = 60_000 / SLOT_MS;
const SLOTS = 5 * SLOTS_PER_MINUTE;

/** A ring of ten-second slots: constant memory, no timer. */
export function recentCount(clock: Clock): RecentCount {
  const counts = new Float64Array(SLOTS);
  /** Which slot since the start of the clock each count is of. */
  const slots = new Float64Array(SLOTS).fill(-1);
  const slotNow = () => Math.floor(clock.elapsed() / SLOT_MS);

  return {
    add(times = 1) {
      const slot = slotNow();
      const at = slot % SLOTS;
      counts[at] = slots[at] === slot ? counts[at]! + times : times;
      slots[at] = slot;
    },
    within(minutes) {
      const oldest = slotNow() - minutes * SLOTS_PER_MINUTE;
      return counts.reduce(
        (sum, count, at) => (slots[at]! > oldest && slots[at]! >= 0 ? sum + count : sum),
        0,
      );
    },
  };
}
