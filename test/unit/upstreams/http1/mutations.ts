import * as fc from "fast-check";

/** Bytes that mean something to somebody. */
const TELLING = [
  "\r",
  "\n",
  "\r\n",
  "\0",
  ":",
  " ",
  "\t",
  ";",
  ",",
  "0",
  "1",
  "9",
  "f",
  "G",
  "-",
  "\x7f",
  "\xff",
];

const edit = fc.record({
  how: fc.constantFrom("insert", "remove", "repeat", "replace"),
  /** Where, as a share of the length. */
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  length: fc.integer({ min: 1, max: 12 }),
  bytes: fc.constantFrom(...TELLING),
});

/** One of the samples with up to three edits, one character a byte. */
export function mutated(samples: readonly string[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: 3 }))
    .map(([sample, edits]) => Buffer.from(edits.reduce(edited, sample), "latin1"));
}

function edited(
  text: string,
  { how, at, length, bytes }: { how: string; at: number; length: number; bytes: string },
) {
  const from = Math.floor(text.length * at);
  const to = from + length;
  switch (how) {
    case "insert":
      return text.slice(0, from) + bytes + text.slice(from);
    case "remove":
      return text.slice(0, from) + text.slice(to);
    case "repeat":
      return text.slice(0, to) + text.slice(from);
    default:
      return text.slice(0, from) + bytes + text.slice(from + bytes.length);
  }
}

/** Lengths of the pieces in which bytes arrive; the rest comes at once. */
export const segments = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 6 });

export function cutInto(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return [...parts, bytes.subarray(at)].filter((part) => part.length > 0);
}
