import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../clock.ts";

/** How fast it goes; all that is said counts. */
export interface PaceSettings {
  /** Entries begun a second at most; null for as many as there are. An entry is up to three requests. */
  readonly ratePerSecond: number | null;
  /** How many times as fast as it was recorded; null for no regard to that. */
  readonly speed: number | null;
}

export interface Pace {
  /** Resolves when a request recorded then is due. */
  due(at: number | null): Promise<void>;
  /** Resolves when one more may begin; with false when none may any more. */
  turn(): Promise<boolean>;
}

/** Spreads requests over time. Nobody waits any longer once the signal aborts. */
export function pace(
  { ratePerSecond = null, speed = null }: Partial<PaceSettings>,
  clock: Pick<Clock, "elapsed">,
  signal: AbortSignal,
): Pace {
  let start: { readonly at: number; readonly elapsed: number } | null = null;
  let nextTurn = 0;
  const until = async (elapsed: number) => {
    const ms = elapsed - clock.elapsed();
    if (ms > 0) await pause(ms, undefined, { signal }).catch(() => undefined);
  };
  return {
    async due(at) {
      if (speed === null || at === null) return;
      start ??= { at, elapsed: clock.elapsed() };
      await until(start.elapsed + (at - start.at) / speed);
    },
    async turn() {
      if (ratePerSecond === null) return !signal.aborted;
      const mine = Math.max(nextTurn, clock.elapsed());
      nextTurn = mine + 1000 / ratePerSecond;
      await until(mine);
      return !signal.aborted;
    },
  };
}
