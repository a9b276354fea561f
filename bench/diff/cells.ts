import { type Cell, type Grid, type Point, samplesFor } from "./grid.ts";
import { REGRESSIONS } from "./regressions.ts";
import { CONTENDER_NAMES, type Outcome, run, SIZES, type Trial } from "./trial.ts";

/** Tries all regressions at one point. */
export function cellsOf(point: Point, grid: Grid): Cell[] {
  const { excess } = point;
  const results = trialsOf(point, grid).map((trial) => ({
    name: trial.regression.name,
    outcomes: run(trial),
  }));
  return CONTENDER_NAMES.flatMap((contender) =>
    SIZES.filter((samples) => samples <= samplesFor(point)).map((samples) => {
      const at = results.map(({ name, outcomes }) => ({
        name,
        outcome: outcomes.find((each) => each.contender === contender && each.samples === samples)!,
      }));
      const sum = (count: (outcome: Outcome) => number) =>
        at.reduce((n, { outcome }) => n + count(outcome), 0);
      return {
        ...point,
        contender,
        samples,
        trials: at.length,
        found: sum(({ hasFound }) => Number(hasFound)),
        falseAlarms: sum(({ falseAlarms }) => falseAlarms),
        noisyPlaces: sum(({ noisyPlaces }) => noisyPlaces),
        missed: excess === 0 ? [] : at.filter(({ outcome }) => !outcome.hasFound).map(({ name }) => name),
      };
    }),
  );
}

/**
 * Kinds that put in place of a value another that is as good: no feature gives them away, only that there are more. One
 * trial of each says little, so there are some.
 */
const FEATURELESS = new Set(["wrong name", "wrong amount", "a tenth too much"]);
const TRIALS_OF_FEATURELESS = 4;

function trialsOf(point: Point, { every }: Grid): Trial[] {
  const { noise, excess } = point;
  // Without a regression the kinds differ in their noise only, and a third of them show it.
  const step = excess === 0 ? every * 3 : every;
  const kinds = REGRESSIONS.filter((_, n) => n % step === 0).flatMap((regression) => {
    const isRepeated = excess === 0.05 && FEATURELESS.has(regression.name);
    return Array.from({ length: isRepeated ? TRIALS_OF_FEATURELESS : 1 }, () => regression);
  });
  return kinds.map((regression, n) => {
    const seed = Math.imul(n + 1, 7_919) + Math.round(noise * 1_000) * 31 + Math.round(excess * 1_000);
    // The candidate cannot differ more often than always.
    const reachable = Math.min(excess, 1 - noise);
    return { regression, noise, excess: reachable, samples: samplesFor(point), seed };
  });
}
