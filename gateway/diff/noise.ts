import type { FeatureCount, FieldNoise } from "../store/evidence-store.ts";
import type { Comparison, Difference } from "./comparison.ts";
import { foldPlace, MAX_GROUPS } from "./group.ts";
import { featuresOf, shapesOf } from "./shapes.ts";

/**
 * The place that stands for the answer as a whole. Only it has every triple: of a place that never differs nothing is
 * known, not even that it is there, so what is equal is not counted by place.
 */
export const WHOLE_ANSWER = "**";

/**
 * Counts triples: legacy was asked twice beside the candidate, and both answers were compared with the first one's.
 * The second answer and the candidate's have to be asked for in random order: that they could change places is the
 * hypothesis that everything here is tested against. The first one could not, as it is always first.
 */
export interface NoiseCounter {
  add(candidate: Comparison, secondary: Comparison): void;
  /** What was counted since the last time: the places that differed, and the answer as a whole, always the first. */
  take(): FieldNoise[];
}

export function noiseCounter(maxPlaces = MAX_GROUPS): NoiseCounter {
  // Outlives what is taken: the same places stay among those that are told apart.
  const places = new Map<string, Field>([[WHOLE_ANSWER, newField()]]);
  let triples = 0;
  return {
    add(candidate, secondary) {
      if (candidate.verdict === "inconclusive" || secondary.verdict === "inconclusive") return;
      triples += 1;
      countDiffering(places.get(WHOLE_ANSWER)!, candidate.differences.length, secondary.differences.length);
      for (const [at, pair] of pairsByPlace(candidate.differences, secondary.differences)) {
        const field = places.get(at) ?? newField();
        if (!places.has(at) && places.size > maxPlaces) continue;
        places.set(at, field);
        count(field, pair);
      }
    },
    take() {
      const seen = [...places].filter(([at, field]) => at === WHOLE_ANSWER || hasDiffered(field));
      const taken = seen.map(([at, field]) => ({ at, triples, ...takeField(field) }));
      triples = 0;
      return taken;
    },
  };
}

/** What changes while triples come in; what is handed over is a copy. */
interface Field {
  onlyCandidate: number;
  onlySecondary: number;
  both: number;
  /** Null until a value was seen. */
  shapes: readonly string[] | null;
  features: Map<string, { onlyCandidate: number; onlySecondary: number }>;
}

function newField(): Field {
  return { onlyCandidate: 0, onlySecondary: 0, both: 0, shapes: null, features: new Map() };
}

function takeField(field: Field): Omit<FieldNoise, "at" | "triples"> {
  const { shapes, features, ...counts } = field;
  Object.assign(field, newField());
  return { ...counts, shapes: shapes ?? [], features: Object.fromEntries(features) };
}

/** What differs at one folded place: the candidate's differences and the secondary's, by their unfolded places. */
interface Pair {
  readonly candidate: Map<string, Difference>;
  readonly secondary: Map<string, Difference>;
}

function pairsByPlace(
  candidate: readonly Difference[],
  secondary: readonly Difference[],
): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  const note = (differences: readonly Difference[], side: keyof Pair) => {
    for (const difference of differences) {
      const at = foldPlace(difference.at);
      const pair = pairs.get(at) ?? { candidate: new Map(), secondary: new Map() };
      pairs.set(at, pair);
      pair[side].set(difference.at, difference);
    }
  };
  note(candidate, "candidate");
  note(secondary, "secondary");
  return pairs;
}

function count(field: Field, { candidate, secondary }: Pair): void {
  countDiffering(field, candidate.size, secondary.size);
  const ours = new Set<string>();
  const theirs = new Set<string>();
  for (const at of new Set([...candidate.keys(), ...secondary.keys()])) {
    const [c, s] = [candidate.get(at), secondary.get(at)];
    const primary = (c ?? s)!.primary;
    // Who does not differ from the primary has the primary's value.
    const secondaryValue = s === undefined ? primary : s.candidate;
    for (const feature of featuresOf(c === undefined ? primary : c.candidate, primary)) ours.add(feature);
    for (const feature of featuresOf(secondaryValue, primary)) theirs.add(feature);
    for (const value of [primary, secondaryValue]) if (value !== null) narrow(field, shapesOf(value));
  }
  for (const feature of ours.symmetricDifference(theirs)) {
    const known = field.features.get(feature) ?? { onlyCandidate: 0, onlySecondary: 0 };
    field.features.set(feature, known);
    known[ours.has(feature) ? "onlyCandidate" : "onlySecondary"] += 1;
  }
}

function countDiffering(field: Field, candidate: number, secondary: number): void {
  if (candidate > 0 && secondary > 0) field.both += 1;
  else if (candidate > 0) field.onlyCandidate += 1;
  else if (secondary > 0) field.onlySecondary += 1;
}

function narrow(field: Field, shapes: readonly string[]): void {
  field.shapes = field.shapes === null ? shapes : field.shapes.filter((shape) => shapes.includes(shape));
}

/** What several gateways, or flushes, saw of one field. */
export function togetherNoise(a: FieldNoise, b: FieldNoise): FieldNoise {
  const names = new Set([...Object.keys(a.features), ...Object.keys(b.features)]);
  const features = [...names].map((name) => [name, addFeature(a.features[name], b.features[name])] as const);
  return {
    at: a.at,
    triples: a.triples + b.triples,
    onlyCandidate: a.onlyCandidate + b.onlyCandidate,
    onlySecondary: a.onlySecondary + b.onlySecondary,
    both: a.both + b.both,
    shapes: commonShapes(a, b),
    features: Object.fromEntries(features),
  };
}

const NEVER: FeatureCount = { onlyCandidate: 0, onlySecondary: 0 };

function addFeature(a = NEVER, b = NEVER): FeatureCount {
  return {
    onlyCandidate: a.onlyCandidate + b.onlyCandidate,
    onlySecondary: a.onlySecondary + b.onlySecondary,
  };
}

/** Shapes of both, in their order. Where nothing differed there is nothing whose shape could speak against one. */
function commonShapes(a: FieldNoise, b: FieldNoise): readonly string[] {
  if (!hasDiffered(a)) return hasDiffered(b) ? b.shapes : [];
  return hasDiffered(b) ? a.shapes.filter((shape) => b.shapes.includes(shape)) : a.shapes;
}

function hasDiffered(counts: Pick<FieldNoise, "onlyCandidate" | "onlySecondary" | "both">): boolean {
  return counts.onlyCandidate + counts.onlySecondary + counts.both > 0;
}

/** The fields of one body of evidence, each with all the triples there were, which the answer as a whole has. */
export function withAllTriples(fields: readonly FieldNoise[]): FieldNoise[] {
  const triples = Math.max(0, ...fields.map((field) => field.triples));
  // Where legacy was never asked twice, nothing is known of the other places either.
  return fields.map((field) => (field.triples === 0 ? field : { ...field, triples }));
}
