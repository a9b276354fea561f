import type { Clock } from "../clock.ts";

/** How far a replay has come. */
export interface Progress {
  /** Entries that something came of, in this run and those before it. */
  readonly done: number;
  readonly total: number;
  /** By verdict, or by why there was no pair. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Entries a second, since this run began. */
  readonly perSecond: number;
  /** Milliseconds until it is done, at that rate; null when nobody can tell yet. */
  readonly leftMs: number | null;
}

export interface ProgressTeller {
  /** One more entry. */
  outcome(outcome: string): void;
  /** The last word. */
  last(): void;
}

const EVERY_MS = 500;

interface TellerParts {
  readonly clock: Pick<Clock, "elapsed">;
  readonly total: number;
  /** Added to. */
  readonly outcomes: Map<string, number>;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** Counts outcomes, and tells about them twice a second at most. */
export function progressTeller({ clock, total, outcomes, onProgress }: TellerParts): ProgressTeller {
  const startedAt = clock.elapsed();
  const before = sumOf(outcomes);
  let done = before;
  let toldAt = startedAt;
  const tell = () => {
    toldAt = clock.elapsed();
    const perSecond = (done - before) / Math.max(0.001, (toldAt - startedAt) / 1000);
    const leftMs = perSecond > 0 ? ((total - done) / perSecond) * 1000 : null;
    onProgress?.({ done, total, outcomes: Object.fromEntries(outcomes), perSecond, leftMs });
  };
  return {
    outcome(outcome) {
      done += 1;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (clock.elapsed() - toldAt >= EVERY_MS) tell();
    },
    last: tell,
  };
}

function sumOf(outcomes: ReadonlyMap<string, number>): number {
  return [...outcomes.values()].reduce((sum, n) => sum + n, 0);
}
