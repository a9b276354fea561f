import { brokenOff, chunked, get, must, passes, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

/** Chunked bodies that are none: what one reader takes for the end, another does not. */
const BAD_CHUNKS: Readonly<Record<string, string>> = {
  "a bare LF behind the size": "2\nhi\r\n0\r\n\r\n",
  "a bare CR behind the size": "2\rhi\r\n0\r\n\r\n",
  "a bare LF behind the data": "2\r\nhi\n0\r\n\r\n",
  "no CRLF behind the data": "2\r\nhi0\r\n\r\n",
  "more data than its size": "2\r\nhiho\r\n0\r\n\r\n",
  "a size in the style of C": "0x2\r\nhi\r\n0\r\n\r\n",
  "a size with a sign": "+2\r\nhi\r\n0\r\n\r\n",
  "a negative size": "-2\r\nhi\r\n0\r\n\r\n",
  "a size with an underscore": "0_2\r\nhi\r\n0\r\n\r\n",
  "a size that is no number": "zz\r\nhi\r\n0\r\n\r\n",
  "no size at all": "\r\nhi\r\n0\r\n\r\n",
  "a size beyond 64 bits": "10000000000000002\r\nhi\r\n0\r\n\r\n",
  "a size of 2^64 - 1": "ffffffffffffffff\r\nhi\r\n0\r\n\r\n",
  "a space before the size": " 2\r\nhi\r\n0\r\n\r\n",
  "a bare CR in an extension": "2;a\rb\r\nhi\r\n0\r\n\r\n",
  "a bare LF in an extension": "2;a\nb\r\nhi\r\n0\r\n\r\n",
  "a NUL in an extension": "2;a\x00b\r\nhi\r\n0\r\n\r\n",
  "a NUL behind the size": "2\x00\r\nhi\r\n0\r\n\r\n",
  "a word behind the size": "2 x\r\nhi\r\n0\r\n\r\n",
  "a last chunk with a bare LF": "2\r\nhi\r\n0\n\n",
  "a comma behind the size": "2,\r\nhi\r\n0\r\n\r\n",
};
/** RFC 9112 §7.1.1 lets a recipient go on without these. */
const GOOD_CHUNKS: Readonly<Record<string, [chunks: string, body: string]>> = {
  "one chunk": ["2\r\nhi\r\n0\r\n\r\n", "hi"],
  "no chunk but the last": ["0\r\n\r\n", ""],
  "many chunks": [`${"1\r\nx\r\n".repeat(1_000)}0\r\n\r\n`, "x".repeat(1_000)],
  "sizes in both cases": ["A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "0123456789".repeat(2)],
  "zeros before the size": ["0002\r\nhi\r\n000\r\n\r\n", "hi"],
  "an extension": ["2;a=b\r\nhi\r\n0;c\r\n\r\n", "hi"],
  "an extension in quotes": ['2;a="b;c"\r\nhi\r\n0\r\n\r\n', "hi"],
  "CRLFs as data": ["4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"],
  "data that looks like the end": ["5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"],
};

export const chunks: Topic = {
  topic: "chunks",
  cases: [
    ...Object.entries(BAD_CHUNKS).map(([name, bytes]) =>
      must(name, "RFC 9112 §7.1", chunked(bytes + get("/smuggled")), brokenOff(400, 408, 413)),
    ),
    ...Object.entries(GOOD_CHUNKS).map(([name, [bytes, body]]) =>
      must(name, "RFC 9112 §7.1", chunked(bytes), passes({ body })),
    ),
    must(
      "bytes that come one at a time",
      "RFC 9112 §7.1",
      chunked("2;x\r\nhi\r\n0\r\n\r\n")
        .split("")
        .flatMap((byte) => [byte, { waitMs: 1 }]),
      passes({ line: "POST /", body: "hi" }),
    ),
    should("a space behind the size", "RFC 9112 §7.1.1", chunked("2 \r\nhi\r\n0\r\n\r\n"), [
      ...passes({ body: "hi" }),
      ...brokenOff(400),
    ]),
    should(
      "one extension of 20 KB",
      "RFC 9112 §7.1.1",
      chunked(`2;a=${"x".repeat(20_480)}\r\nhi\r\n0\r\n\r\n`),
      brokenOff(400, 413, 431),
    ),
    should(
      "a thousand extensions",
      "RFC 9112 §7.1.1",
      chunked(`${`1;${"a=b;".repeat(1_000)}c\r\nx\r\n`.repeat(20)}0\r\n\r\n`),
      brokenOff(400, 413, 431),
    ),
    must(
      "extensions stay on their connection",
      "RFC 9112 §7.1.1",
      chunked("2;secret=1\r\nhi\r\n0\r\n\r\n"),
      passes({ body: "hi" }),
    ),
  ],
};
