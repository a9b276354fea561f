import type { Clock } from "../clock.ts";
import type { Comparison } from "../diff/comparison.ts";
import { groupCounter } from "../diff/group.ts";
import { noiseCounter } from "../diff/noise.ts";
import type { EvidenceKey, Increment } from "../store/evidence-store.ts";

/** Noise has a row for each place that ever differed, so it is not handed over with every pair. */
const NOISE_EVERY_MS = 1_000;

/** Counts groups and noise of each body of evidence, and bounds how many places one can have. */
export interface KeyCounters {
  groups(key: EvidenceKey, comparison: Comparison): Increment["groups"];
  /** What triples said since the last time; mostly nothing, as that is told about once a second. */
  noise(key: EvidenceKey, candidate: Comparison, secondary: Comparison | null): Increment["noise"];
  /** The noise that was not told yet. */
  rest(): readonly Pick<Increment, "key" | "noise">[];
}

export function keyCounters(clock: Pick<Clock, "elapsed">): KeyCounters {
  const counters = new Map<string, ReturnType<typeof newCounters>>();
  const newCounters = (key: EvidenceKey) => ({
    key,
    groups: groupCounter(),
    noise: noiseCounter(),
    tellAt: clock.elapsed() + NOISE_EVERY_MS,
    pending: false,
  });
  const countersOf = (key: EvidenceKey) => {
    const id = JSON.stringify(key);
    let known = counters.get(id);
    if (known === undefined) counters.set(id, (known = newCounters(key)));
    return known;
  };
  const takeNoise = (known: ReturnType<typeof newCounters>) => {
    known.tellAt = clock.elapsed() + NOISE_EVERY_MS;
    known.pending = false;
    return known.noise.take();
  };
  return {
    groups(key, comparison) {
      const { groups } = countersOf(key);
      groups.add(comparison);
      return groups.take();
    },
    noise(key, candidate, secondary) {
      const known = countersOf(key);
      if (secondary !== null) {
        known.noise.add(candidate, secondary);
        known.pending = true;
      }
      return known.pending && clock.elapsed() >= known.tellAt ? takeNoise(known) : [];
    },
    rest() {
      const pending = [...counters.values()].filter((known) => known.pending);
      return pending.map((known) => ({ key: known.key, noise: takeNoise(known) }));
    },
  };
}
