import { compare } from "../../gateway/diff/compare.ts";
import { DEFAULT_RULES } from "../../gateway/diff/rules.ts";
import { deepEqual, paired, relativeAndAbsolute } from "./contenders.ts";
import { type Answer, anAnswer, NATURAL, observed, type Random, seededRandom, whole } from "./orders.ts";
import type { Regression } from "./regressions.ts";

/** One run of triples with one regression, or with none. */
export interface Trial {
  readonly regression: Regression;
  /** Share of requests in which legacy differs from itself at each of its noisy places. */
  readonly noise: number;
  /** By how much the candidate differs more often; 1 is always, 0 is no regression. */
  readonly excess: number;
  readonly samples: number;
  readonly seed: number;
}

/** What one contender said after so many triples. */
export interface Outcome {
  readonly contender: ContenderName;
  readonly samples: number;
  readonly hasFound: boolean;
  /** Of the places at which only noise was. */
  readonly falseAlarms: number;
  readonly noisyPlaces: number;
}

export const SIZES = [100, 500, 2_000] as const;
/** How often somebody looks at what the paired test says so far: every so many triples. */
const LOOK_EVERY = 100;

const CONTENDERS = { paired, diffy: relativeAndAbsolute, equal: deepEqual } as const;
export type ContenderName = keyof typeof CONTENDERS;
export const CONTENDER_NAMES = Object.keys(CONTENDERS) as ContenderName[];

export function run(trial: Trial): Outcome[] {
  const random = seededRandom(trial.seed);
  const running = CONTENDER_NAMES.map((name) => [name, CONTENDERS[name]()] as const);
  const outcomes: Outcome[] = [];
  for (let n = 1; n <= trial.samples; n++) {
    const triple = tripleOf(trial, random);
    for (const [, contender] of running) contender.add(triple.candidate, triple.secondary);
    const isAsked = SIZES.some((size) => size === n);
    if (n % LOOK_EVERY !== 0 && !isAsked) continue;
    for (const [contender, judge] of running) {
      const places = judge.regressing();
      if (isAsked) outcomes.push({ contender, samples: n, ...outcomeOf(trial, places) });
    }
  }
  return outcomes;
}

function tripleOf({ regression, noise, excess }: Trial, random: Random) {
  const request = whole(1_000, random);
  // Chance that one answer flickers, so that two of them differ as often as the noise says.
  const flickers = 1 - Math.sqrt(1 - noise);
  const answer = (): Answer => {
    const base = anAnswer(request);
    for (const flicker of Object.values(NATURAL)) if (random() < flickers) flicker(base, random);
    if (random() < flickers) regression.flicker(base, random);
    return base;
  };
  const [primary, secondary, candidate] = [answer(), answer(), answer()];
  if (random() < excess / (1 - noise)) regression.corrupt(candidate, random);
  const [p, s, c] = [primary, secondary, candidate].map(observed) as [Seen, Seen, Seen];
  return { candidate: compare(p, c, DEFAULT_RULES, 0), secondary: compare(p, s, DEFAULT_RULES, 0) };
}

type Seen = ReturnType<typeof observed>;

function outcomeOf({ regression, excess }: Trial, places: ReadonlySet<string>) {
  const isTouched = (at: string) =>
    regression.at.some((place) => at === place || at.startsWith(`${place}/`)) || at === "**";
  const noisy = Object.keys(NATURAL).filter((at) => !isTouched(at));
  const hasFound = excess > 0 && [...places].some((at) => at !== "**" && isTouched(at));
  const falseAlarms =
    excess > 0 ? noisy.filter((place) => [...places].some((at) => isAt(at, place))).length : places.size;
  // Without a regression its own place is one that is only noisy, and so is the answer as a whole.
  return { hasFound, falseAlarms, noisyPlaces: excess > 0 ? noisy.length : noisy.length + 2 };
}

const isAt = (at: string, place: string) => at === place || at.startsWith(`${place}/`);
