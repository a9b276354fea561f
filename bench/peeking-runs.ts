import { stands } from "../gateway/evidence/sequence.ts";
import { seededRandom } from "./diff/orders.ts";

/** z of 95 %, both sides. */
export const WILSON_Z = 1.959964;

/** From here on looks at Wilson's interval are no longer at so few pairs that nobody would use it. */
const LATE = 1_000;

export interface Peeking {
  readonly rate: number;
  /** Pairs of a run; each is looked at. */
  readonly looks: number;
  readonly alpha: number;
  readonly runs: number;
  readonly seed: number;
}

/** Runs in which the true rate was ever outside: of the sequence, of Wilson's interval, of that from the 1,000th pair on, and at the last look. */
export interface Outside {
  readonly sequence: number;
  readonly wilson: number;
  readonly wilsonLate: number;
  readonly wilsonOnce: number;
}

/** Looks at many runs after every pair, and counts those in which the bounds ever left the true rate out. */
export function peekedAt({ runs, seed, ...peeking }: Peeking): Outside {
  const random = seededRandom(seed);
  const outside = { sequence: 0, wilson: 0, wilsonLate: 0, wilsonOnce: 0 };
  for (let run = 0; run < runs; run++) {
    const seen = oneRun(peeking, random);
    outside.sequence += Number(seen.sequence);
    outside.wilson += Number(seen.wilson);
    outside.wilsonLate += Number(seen.wilsonLate);
    outside.wilsonOnce += Number(seen.wilsonOnce);
  }
  return outside;
}

/**
 * While nothing differs, how surely the true rate is ruled out has no peak but at the first and last of these looks: both
 * the likelihood ratio and Wilson's score are convex in the number of pairs. So looking there is looking after every pair.
 */
function oneRun({ rate, looks, alpha }: Omit<Peeking, "runs" | "seed">, random: () => number) {
  const outside = { sequence: false, wilson: false, wilsonLate: false, wilsonOnce: false };
  const look = (hits: number, pairs: number) => {
    outside.sequence ||= !stands(rate, hits, pairs, alpha);
    const isOut = Math.abs(hits - pairs * rate) > WILSON_Z * Math.sqrt(pairs * rate * (1 - rate));
    outside.wilson ||= isOut;
    outside.wilsonLate ||= isOut && pairs >= LATE;
    if (pairs === looks) outside.wilsonOnce = isOut;
  };
  for (let [hits, pairs] = [0, 0]; pairs < looks; hits++) {
    const clean = Math.min(looks - pairs, Math.floor(Math.log(1 - random()) / Math.log(1 - rate)));
    if (clean > 0) {
      look(hits, pairs + 1);
      if (pairs < LATE && pairs + clean > LATE) look(hits, LATE);
      look(hits, pairs + clean);
    }
    pairs += clean + 1;
    if (pairs <= looks) look(hits + 1, pairs);
  }
  return outside;
}
