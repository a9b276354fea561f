import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, it, expect } from "vitest";
import { compare } from "../../../gateway/diff/compare.ts";
import type { Comparison, Difference } from "../../../gateway/diff/comparison.ts";
import { parseJson, sourceOf } from "../../../gateway/diff/json-source.ts";
import type { AnsweredObservation } from "../../../gateway/diff/observation.ts";
import type { CompareRules } from "../../../gateway/diff/rules.ts";
import { answered, compareBodies, NOW } from "./answers.ts";

const RUNS = { seed: 20260801, numRuns: 500 };

const TYPES = [
  "application/json",
  "text/plain",
  "text/html",
  "text/xml",
  "application/x-www-form-urlencoded",
  "image/png",
  "text/plain; charset=utf-16le",
  null,
];

const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
    fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
    fc
      .string({ unit: fc.constantFrom(...Array.from("<>/ab&;=% \n\"'![]-")) })
      .map((text) => Buffer.from(text)),
  )
  .chain((body) => fc.constantFrom(body, body, gzipSync(body)));

const headers = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "Vary",
        "Set-Cookie",
        "X-A",
        "Content-Encoding",
        "Cache-Control",
        "Expires",
        "__proto__",
      ),
      fc.oneof(fc.constantFrom("gzip", "a=1; Path=/", "a, b", 'x="1'), fc.string()),
    ),
    { maxLength: 5 },
  )
  .map((fields) => fields.flat());

const answer: fc.Arbitrary<AnsweredObservation> = fc
  .record({ status: fc.constantFrom(200, 404), headers, type: fc.constantFrom(...TYPES), body: bytes })
  .map(answered);

const at = fc.constantFrom("**", "body/**", "body/*", "body/a", "header/*", "cookie/**", "body/*/*");
const rules: fc.Arbitrary<CompareRules> = fc.record({
  matchers: fc.array(
    fc.record({
      id: fc.constant("m"),
      at,
      matcher: fc.constantFrom(
        { like: "any" } as const,
        { like: "integer" } as const,
        { like: "timestamp" } as const,
        { like: "same-number", within: 2 } as const,
        { like: "same-time", withinMs: 5 } as const,
        { like: "same-but-case" } as const,
      ),
    }),
    { maxLength: 2 },
  ),
  ignores: fc.array(
    fc.record({
      id: fc.constant("i"),
      at,
      kind: fc.constantFrom(null, "value", "missing"),
      owner: fc.constant("o"),
      reason: fc.constant("r"),
      until: fc.constantFrom(0, NOW + 1),
    }),
    { maxLength: 1 },
  ),
  arrays: fc.array(
    fc.record({
      id: fc.constant("a"),
      at,
      as: fc.constantFrom("list" as const, "set" as const, "keyed" as const),
      key: fc.constantFrom(null, "a"),
    }),
    { maxLength: 1 },
  ),
  nullIsAbsent: fc.boolean(),
  numbersAsWritten: fc.boolean(),
  ignoredHeaders: fc.constantFrom([], ["x-a"]),
  markup: fc.constantFrom("structure", "text", "bytes"),
});

/** Small documents that often have something in common. */
const document = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(1, 1.5, "x", "y", null, true),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom("a", "b", "c/~", "__proto__"), tie("value"), { maxKeys: 3 }),
  ),
})).value;

const turned = ({ kind, primary, candidate }: Difference): string => {
  const other = kind === "missing" ? "extra" : kind === "extra" ? "missing" : kind;
  return JSON.stringify([other, candidate, primary]);
};
const plain = ({ kind, primary, candidate }: Difference) => JSON.stringify([kind, primary, candidate]);

const compareJson = (a: unknown, b: unknown, by: Partial<CompareRules> = {}): Comparison =>
  compareBodies(JSON.stringify(a), JSON.stringify(b), by);

describe("compare", () => {
  it("never throws, and always concludes, on whatever bytes, fields and rules", () => {
    fc.assert(
      fc.property(answer, answer, rules, (primary, candidate, by) => {
        const { verdict, reason, differences } = compare(primary, candidate, by, NOW);
        expect(reason !== null).toBe(verdict === "inconclusive");
        expect(differences.length > 0).toBe(verdict === "mismatch");
        expect(reason).not.toBe("rule-failed");
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });

  it("finds an answer the same as itself", () => {
    fc.assert(
      fc.property(answer, rules, (one, by) => {
        expect(compare(one, structuredCloneOf(one), by, NOW)).toMatchObject({
          verdict: "match",
          identical: true,
        });
      }),
      RUNS,
    );
  });

  it("finds a document the same as itself pretty-printed, under any rules but those on writing", () => {
    fc.assert(
      fc.property(document, rules, (value, by) => {
        const other = JSON.stringify(value, null, 2);
        expect(compareBodies(JSON.stringify(value), `${other}\n`, by).verdict).toBe("match");
      }),
      RUNS,
    );
  });

  it("comes to the same verdict with the sides swapped", () => {
    fc.assert(
      fc.property(answer, answer, rules, (one, other, by) => {
        const [there, back] = [compare(one, other, by, NOW), compare(other, one, by, NOW)];
        expect(back.verdict).toBe(there.verdict);
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });

  it("finds the same differences with the sides swapped, missing for extra", () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const [there, back] = [compareJson(one, other), compareJson(other, one)];
        expect(back.differences.map(turned).sort()).toEqual(there.differences.map(plain).sort());
      }),
      { ...RUNS, numRuns: 3000 },
    );
  });

  it("finds exactly one difference for one element more, wherever it is", () => {
    fc.assert(
      fc.property(fc.array(document, { maxLength: 8 }), document, fc.nat(8), (list, more, position) => {
        const where = Math.min(position, list.length);
        const { differences } = compareJson(list, list.toSpliced(where, 0, more));
        expect(differences.map(({ kind }) => kind)).toEqual(["extra"]);
        // Next to its equals an element has no place of its own; what is there says what came.
        const shown = differences[0]!.candidate!;
        expect(shown.length === 200 || canonical(JSON.parse(shown)) === canonical(more)).toBe(true);
      }),
      { ...RUNS, numRuns: 2000 },
    );
  });

  it("finds a member that is gone at its place", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), document, { minKeys: 1, maxKeys: 6 }), fc.nat(), (object, n) => {
        const names = Object.keys(object);
        const name = names[n % names.length]!;
        const { [name]: _gone, ...rest } = object;
        const { differences } = compareJson({ deep: [object] }, { deep: [rest] });
        const place = `body/deep/0/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        expect(differences.map(({ kind, at }) => [kind, at])).toEqual([["missing", place]]);
      }),
      RUNS,
    );
  });

  it("finds one difference of order for a list that is shuffled", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 9 }), fc.nat(), (list, by) => {
        const shift = 1 + (by % (list.length - 1));
        const { differences } = compareJson(list, [...list.slice(shift), ...list.slice(0, shift)]);
        expect(differences.map(({ kind }) => kind)).toEqual(["order"]);
      }),
      RUNS,
    );
  });

  it("finds a difference exactly when there is one", () => {
    fc.assert(
      fc.property(document, document, (one, other) => {
        const isSame = canonical(one) === canonical(other);
        expect(compareJson(one, other).verdict).toBe(isSame ? "match" : "mismatch");
      }),
      RUNS,
    );
  });
});

describe("parseJson", () => {
  it("takes exactly what JSON.parse takes", () => {
    const texts = fc.oneof(
      fc.json(),
      fc.string({ unit: fc.constantFrom(...Array.from('{}[],:"\\u0019-.eE+ \ntfn')) }),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, noise]) => {
        const where = at % (text.length + 1);
        return text.slice(0, where) + noise + text.slice(where + noise.length);
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseJson(text);
        expect(parsed !== null).toBe(isJson(text));
        expect(parsed === null || sourceOf(parsed, 0) === text.trim()).toBe(true);
      }),
      { ...RUNS, numRuns: 5000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function structuredCloneOf(one: AnsweredObservation): AnsweredObservation {
  return { ...one, headers: [...one.headers], body: { ...one.body, bytes: Buffer.from(one.body.bytes) } };
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`);
  return `{${members.sort().join()}}`;
}
