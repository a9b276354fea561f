import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Increment } from "../../../gateway/store/evidence-store.ts";
import { mergedIncrements, NO_COUNTS, nothingOf } from "../../../gateway/store/increments.ts";
import { rowsOf } from "../../../gateway/store/rows.ts";
import { KEY } from "../../contract/evidence-store-examples.ts";

const SHAPES = ["uuid", "hex", "integer", "text"];
const small = fc.nat({ max: 50 });
const name = fc.constantFrom("a", "b", "body/x", "__proto__");
const tally = fc.dictionary(name, small, { noNullPrototype: true });
const shown = fc.constantFrom(null, "1", "2");

const anyIncrement: fc.Arbitrary<Increment> = fc.record({
  key: fc.constant(KEY),
  hour: fc.constant(5),
  counts: fc.record(Object.fromEntries(Object.keys(NO_COUNTS).map((count) => [count, small]))),
  primaryDurations: fc.dictionary(fc.nat({ max: 40 }).map(String), small, { noNullPrototype: true }),
  candidateDurations: fc.dictionary(fc.nat({ max: 40 }).map(String), small, { noNullPrototype: true }),
  ratios: fc.dictionary(fc.integer({ min: -40, max: 40 }).map(String), small, { noNullPrototype: true }),
  dropped: tally,
  coverage: tally,
  groups: fc.uniqueArray(
    fc.record({
      at: name,
      kind: fc.constantFrom("value" as const, "type" as const),
      pairs: small,
      ignoredPairs: small,
      example: fc.option(fc.record({ primary: shown, candidate: shown })),
    }),
    { selector: ({ at, kind }) => `${kind} ${at}` },
  ),
  noise: fc.uniqueArray(
    fc.record({
      at: name,
      triples: small,
      onlyCandidate: fc.nat({ max: 1 }),
      onlySecondary: fc.nat({ max: 1 }),
      both: fc.nat({ max: 1 }),
      // Shapes come in one order everywhere, so two lists never disagree on it.
      shapes: fc.subarray(SHAPES),
      features: fc.dictionary(
        fc.constantFrom("uuid", "far"),
        fc.record({ onlyCandidate: small, onlySecondary: small }),
        { noNullPrototype: true },
      ),
    }),
    { selector: ({ at }) => at },
  ),
  firstAt: small,
  lastAt: small,
});

/** One increment in the form that merging gives. */
const normal = (increment: Increment) => mergedIncrements([increment, nothing(increment)]);
const nothing = ({ key, hour, firstAt, lastAt }: Increment): Increment => ({
  ...nothingOf(key, 0),
  hour,
  firstAt,
  lastAt,
});

describe("increments", () => {
  it("say the same in whatever order they are merged", () => {
    fc.assert(
      fc.property(anyIncrement, anyIncrement, (a, b) => {
        expect(normal(mergedIncrements([a, b]))).toEqual(normal(mergedIncrements([b, a])));
      }),
      { seed: 1 },
    );
  });

  it("say the same in whatever parts they are merged", () => {
    fc.assert(
      fc.property(anyIncrement, anyIncrement, anyIncrement, (a, b, c) => {
        const whole = mergedIncrements([a, b, c]);
        expect(mergedIncrements([mergedIncrements([a, b]), c])).toEqual(whole);
        expect(mergedIncrements([a, mergedIncrements([b, c])])).toEqual(whole);
      }),
      { seed: 2 },
    );
  });

  it("give the counts to the store that they give it one by one", () => {
    const summed = (increments: readonly Increment[]) =>
      rowsOf(increments)
        .filter(({ table }) => ["hours", "tallies", "noise", "features"].includes(table.name))
        .flatMap(({ rows }) => rows);
    fc.assert(
      fc.property(anyIncrement, anyIncrement, (a, b) => {
        expect(summed([mergedIncrements([a, b])])).toEqual(summed([a, b]));
      }),
      { seed: 3 },
    );
  });
});
