import * as fc from "fast-check";

/** A small change of a message's pieces: lines, line ends and bodies apart, so that most changes keep most of the structure. */
export type Mutation =
  | { readonly kind: "insert"; readonly piece: number; readonly at: number; readonly text: string }
  | { readonly kind: "replace"; readonly piece: number; readonly text: string }
  | { readonly kind: "drop" | "repeat" | "swap"; readonly piece: number };

export const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/** What has hurt parsers before: line ends, separators, sizes, framing, and a request of its own. */
const HURTFUL = [
  "\r\n",
  "\n",
  "\r",
  "\r\r\n",
  "\r\n\r\n",
  " ",
  "\t",
  "\0",
  "\x0b",
  "\x7f",
  "\x80",
  "\xff",
  ":",
  ",",
  ";",
  "+",
  "-",
  "0",
  "1",
  "0x",
  "_",
  "#",
  "%00",
  "%2e%2e/",
  "/../",
  "//evil",
  "http://evil/",
  "chunked",
  "HTTP/1.1",
  "HTTP/1.0",
  "Content-Length: 3",
  "Content-Length: 0",
  "Content-Length : 40",
  "Content_Length: 3",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: identity",
  "Transfer-Encoding:\x0bchunked",
  "Transfer_Encoding: chunked",
  "Host: evil",
  "Connection: close",
  "Connection: Content-Length, Host, X-Keep",
  "Connection: Transfer-Encoding",
  "Upgrade: websocket",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "X-Forwarded-For: 6.6.6.6",
  "X_Forwarded_For: 6.6.6.6",
  "Via: 1.1 banyan-test",
  "\r\nContent-Length: 0\r\n\r\n",
  "0\r\n\r\n",
  SMUGGLED,
];

const place = fc.nat(200);
const hurtful = fc.constantFrom(...HURTFUL);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant("insert" as const), piece: place, at: place, text: hurtful }),
  fc.record({ kind: fc.constant("replace" as const), piece: place, text: hurtful }),
  fc.record({ kind: fc.constantFrom("drop" as const, "repeat" as const, "swap" as const), piece: place }),
);

/** Often none at all: what is well-formed must pass. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }) },
);

export function mutated(pieces: readonly string[], changes: readonly Mutation[]): string[] {
  return changes.reduce<string[]>((list, change) => changed(list, change), [...pieces]);
}

function changed(pieces: readonly string[], change: Mutation): string[] {
  const i = change.piece % Math.max(1, pieces.length);
  const piece = pieces[i] ?? "";
  switch (change.kind) {
    case "insert": {
      const at = change.at % (piece.length + 1);
      return pieces.toSpliced(i, 1, piece.slice(0, at) + change.text + piece.slice(at));
    }
    case "replace":
      return pieces.toSpliced(i, 1, change.text);
    case "drop":
      return pieces.toSpliced(i, 1);
    case "repeat":
      return pieces.toSpliced(i, 0, piece);
    case "swap":
      return pieces.toSpliced(i, 2, pieces[i + 1] ?? "", piece);
    default:
      return change satisfies never;
  }
}

/** The same bytes in segments, cut at these places. */
export function inSegments(bytes: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places]
    .map((from, i) => bytes.slice(from, places[i] ?? bytes.length))
    .filter((segment) => segment !== "");
}
