import * as fc from "fast-check";
import type { CorpusAnswer, CorpusEntry, CorpusRequest } from "../../../gateway/corpus/corpus.ts";

/** Characters of one byte that may stand in a field's value, without spaces at its ends. */
const valueByte = fc
  .integer({ min: 0x21, max: 0xff })
  .filter((code) => code !== 0x7f)
  .map((code) => String.fromCharCode(code));
const value = fc.string({ unit: valueByte, maxLength: 20 });
const name = fc.stringMatching(/^[A-Za-z][\w!#$%&'*+.^`|~-]{0,10}$/);
const fields = fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => pairs.flat());
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: "grapheme", maxLength: 100 }).map((text) => Buffer.from(text)),
);
const milliseconds = fc.option(fc.integer({ min: 0, max: 4e12 }));
const label = fc.option(fc.string({ minLength: 1, maxLength: 20 }));

const request: fc.Arbitrary<CorpusRequest> = fc.record({
  method: fc.constantFrom("GET", "POST", "M-SEARCH"),
  target: fc.string({ unit: valueByte, maxLength: 20 }).map((rest) => `/${rest.replaceAll("#", "")}`),
  headers: fields,
  body,
  isWhole: fc.boolean(),
});
const answer: fc.Arbitrary<CorpusAnswer> = fc.record({
  status: fc.integer({ min: 100, max: 999 }),
  headers: fields,
  body,
  isWhole: fc.boolean(),
  durationMs: milliseconds,
});

/** Anything that a corpus can hold. */
export const arbitraryEntry: fc.Arbitrary<CorpusEntry> = fc.record({
  id: fc.uuid(),
  at: milliseconds,
  session: label,
  route: label,
  request,
  answer: fc.option(answer),
});
