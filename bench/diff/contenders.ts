import type { Comparison } from "../../gateway/diff/comparison.ts";
import { foldPlace } from "../../gateway/diff/group.ts";
import { judgeFields } from "../../gateway/diff/noise-verdict.ts";
import { noiseCounter, togetherNoise } from "../../gateway/diff/noise.ts";
import type { FieldNoise } from "../../gateway/store/evidence-store.ts";

/** A way to tell regressions from noise. Sees triples one by one, and says which places it holds to regress. */
export interface Contender {
  add(candidate: Comparison, secondary: Comparison): void;
  /** Asked after some triples, and again after more. */
  regressing(): ReadonlySet<string>;
}

/** The paired, time-uniform test. Has been looked at before: what it once said stands. */
export function paired(): Contender {
  const counter = noiseCounter();
  const fields = new Map<string, FieldNoise>();
  const flagged = new Set<string>();
  return {
    add: (candidate, secondary) => counter.add(candidate, secondary),
    regressing() {
      for (const taken of counter.take()) {
        const known = fields.get(taken.at);
        fields.set(taken.at, known === undefined ? taken : togetherNoise(known, taken));
      }
      for (const { at, verdict } of judgeFields([...fields.values()]))
        if (verdict === "regresses") flagged.add(at);
      return flagged;
    },
  };
}

/** Diffy's published rule: raw > noise, |raw − noise| / (raw + noise) > 20 %, |raw − noise| / total > 0.03 %. */
export function relativeAndAbsolute(): Contender {
  const raw = new Map<string, number>();
  const noise = new Map<string, number>();
  let total = 0;
  const regresses = ([at, ours]: readonly [string, number]) => {
    const theirs = noise.get(at) ?? 0;
    const apart = Math.abs(ours - theirs);
    return ours > theirs && apart / (ours + theirs) > 0.2 && apart / total > 0.0003;
  };
  return {
    add(candidate, secondary) {
      total += 1;
      for (const at of placesOf(candidate)) raw.set(at, (raw.get(at) ?? 0) + 1);
      for (const at of placesOf(secondary)) noise.set(at, (noise.get(at) ?? 0) + 1);
    },
    regressing: () => new Set([...raw].filter(regresses).map(([at]) => at)),
  };
}

/** Deep equality: what ever differs regresses. */
export function deepEqual(): Contender {
  const differed = new Set<string>();
  return {
    add(candidate) {
      for (const at of placesOf(candidate)) differed.add(at);
    },
    regressing: () => differed,
  };
}

const placesOf = ({ differences }: Comparison) => new Set(differences.map(({ at }) => foldPlace(at)));
