import { logEvidence, logSum, rateBounds } from "../evidence/sequence.ts";
import type { FieldNoise } from "../store/evidence-store.ts";
import { withAllTriples } from "./noise.ts";
import { FEATURES } from "./shapes.ts";

/**
 * What triples say about a field.
 * - `regresses`: the candidate differs more than legacy differs from itself, or in another way;
 * - `noisy`: legacy differs from itself, and the candidate differs no more than that;
 * - `clean`: legacy is always the same here, and so is the candidate;
 * - `unknown`: too few triples for any of these. Only `noisy` excuses a difference, so this does not.
 */
export type NoiseVerdict = "regresses" | "noisy" | "clean" | "unknown";

export interface FieldJudgement {
  readonly at: string;
  readonly verdict: NoiseVerdict;
  /** What gave the candidate away: that it `differs`, or the feature it has more often. Null unless it regresses. */
  readonly by: string | null;
  /** By how much the candidate differs more often than legacy from itself, as a share of triples; below 0 for less. */
  readonly excess: number;
  /** What that excess can be at most, with confidence 1 − alpha at all times together. */
  readonly atMost: number;
}

/** The chance of a false alarm for each field, however often one looks. */
export const DEFAULT_ALPHA = 0.01;

/** An excess that is told from noise before a field counts as noisy or clean. */
const MARGIN = 0.05;

/**
 * Shares of the evidence. Most is bet on rates that lie little above noise: there triples are what lacks. What is far
 * above, or shows in a feature, makes up for a small share within a few triples more. They sum to 1, so what comes of them
 * is a mean of martingales, and a martingale.
 */
const BARELY = { weight: 0.8, a: 30 };
const ANY = { weight: 0.1, a: 1 };
const FEATURE = { weight: 0.1 / FEATURES, a: 1 };

/** Judges all fields of one body of evidence, the answer as a whole among them. */
export function judgeFields(fields: readonly FieldNoise[], alpha = DEFAULT_ALPHA): FieldJudgement[] {
  return withAllTriples(fields).map((field) => judgeField(field, alpha));
}

/**
 * Judges one field that has all its triples. `alpha` bounds the chance that a field that is as noisy with the candidate as without it is ever said
 * to regress, over all looks, provided that candidate and secondary were asked in random order.
 *
 * A field that was never looked at in a triple has nothing to excuse it: there each difference counts.
 */
export function judgeField(field: FieldNoise, alpha = DEFAULT_ALPHA): FieldJudgement {
  const { at, triples, onlyCandidate, onlySecondary, both } = field;
  if (triples === 0) {
    const hasDiffered = onlyCandidate > 0;
    const excess = hasDiffered ? 1 : 0;
    return {
      at,
      verdict: hasDiffered ? "regresses" : "unknown",
      by: hasDiffered ? "differs" : null,
      excess,
      atMost: 1,
    };
  }
  const excess = (onlyCandidate - onlySecondary) / triples;
  const atMost = Math.max(excess, excessAtMost(field, alpha));
  const strongest = strongestEvidence(field);
  if (strongest.total >= -Math.log(alpha))
    return { at, verdict: "regresses", by: strongest.by, excess, atMost };
  if (atMost > MARGIN) return { at, verdict: "unknown", by: null, excess, atMost };
  return { at, verdict: onlySecondary + both > 0 ? "noisy" : "clean", by: null, excess, atMost };
}

/** The evidence against a field as a logarithm, and the part of it that weighs most. */
function strongestEvidence(field: FieldNoise): {
  readonly total: number;
  readonly by: string;
} {
  const features = Object.entries(field.features);
  const parts = [
    ...[BARELY, ANY].map((share) => ({ by: "differs", ...share, ...field })),
    ...features.map(([by, counts]) => ({ by, ...FEATURE, ...counts })),
  ].map(({ by, weight, a, onlyCandidate, onlySecondary }) => {
    return { by, weight, log: logEvidence(onlyCandidate, onlySecondary, a) };
  });
  // Features that never told the two apart have gained and lost nothing.
  const idle = { weight: FEATURE.weight * (FEATURES - features.length), log: 0 };
  const weighed = parts.toSorted(
    (x, y) => y.log + Math.log(y.weight) - x.log - Math.log(x.weight) || isClass(x.by) - isClass(y.by),
  );
  return { total: logSum([...parts, idle]), by: weighed[0]!.by };
}

/** 1 for a class of values, which tells people less than a shape does. */
const isClass = (feature: string) => Number(feature.includes(":"));

/** b − c = (b + c) · (2 b/(b + c) − 1): bounded by bounds of both factors, each with half of alpha. */
function excessAtMost({ triples, onlyCandidate, onlySecondary }: FieldNoise, alpha: number): number {
  const telling = onlyCandidate + onlySecondary;
  const rate = rateBounds(telling, triples, alpha / 2).high;
  const ours = rateBounds(onlyCandidate, telling, alpha / 2).high;
  return Math.max(0, rate * (2 * ours - 1));
}
