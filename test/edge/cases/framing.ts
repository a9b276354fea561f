import { cutOff, get, must, passes, post, refused, request, should, sized } from "../building.ts";
import type { Topic } from "../edge-case.ts";

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const CHUNKS = "2\r\nhi\r\n0\r\n\r\n";

/** Lengths that are no `1*DIGIT`, or too large to count with. */
const BAD_LENGTHS = [
  "+5",
  "-1",
  "5 5",
  "5,6",
  "0x5",
  "5.0",
  "five",
  "",
  "5;",
  "٥",
  "99999999999999999999",
  "5_0",
  "1e1",
  "\x0b5",
];

/** Transfer codings that are not one `chunked`. */
const BAD_CODINGS = [
  "gzip",
  "gzip, chunked",
  "chunked, gzip",
  "chunked, chunked",
  "identity",
  "identity, chunked",
  "xchunked",
  "chunked\x0b",
  "\x0bchunked",
  "\x01chunked",
  '"chunked"',
  "chunked;q=1",
  "chun ked",
  "x",
];

export const framing: Topic = {
  topic: "framing",
  cases: [
    must(
      "length and chunks at once, chunks last",
      "RFC 9112 §6.1",
      post("/", ["Content-Length: 4", "Transfer-Encoding: chunked"], `${CHUNKS}${SMUGGLED}`),
      [
        ...cutOff(400),
        {
          answers: [{ status: [200], body: "POST /" }],
          requests: [{ body: "hi", fields: { "content-length": [/^2$/] } }],
          after: "closed",
        },
        {
          answers: [{ status: [200], body: "POST /" }],
          requests: [{ body: "hi", fields: { "content-length": [] } }],
          after: "closed",
        },
      ],
    ),
    must(
      "chunks and length at once, length last",
      "RFC 9112 §6.1",
      post("/", ["Transfer-Encoding: chunked", "Content-Length: 6"], `0\r\n\r\nG`),
      [
        ...cutOff(400),
        {
          answers: [{ status: [200] }],
          requests: [{ body: "", fields: { "content-length": [/^0$/] } }],
          after: "closed",
        },
        {
          answers: [{ status: [200] }],
          requests: [{ body: "", fields: { "content-length": [] } }],
          after: "closed",
        },
      ],
    ),
    must(
      "differing lengths",
      "RFC 9112 §6.3",
      post("/", ["Content-Length: 2", "Content-Length: 40"], `hi${SMUGGLED}`),
      cutOff(400),
    ),
    must("a list of the same length", "RFC 9112 §6.3", post("/", ["Content-Length: 2, 2"], "hi"), [
      ...cutOff(400),
      ...passes({ body: "hi", fields: { "content-length": ["2"] } }),
    ]),
    must(
      "two fields of the same length",
      "RFC 9112 §6.3",
      post("/", ["Content-Length: 2", "Content-Length: 2"], "hi"),
      [...cutOff(400), ...passes({ body: "hi", fields: { "content-length": ["2"] } })],
    ),
    ...BAD_LENGTHS.map((length) =>
      must(
        `the length ${JSON.stringify(length)}`,
        "RFC 9112 §6.3",
        post("/", [`Content-Length: ${length}`], `hello${SMUGGLED}`),
        cutOff(400, 413),
      ),
    ),
    must("a length with zeros before it", "RFC 9110 §8.6", post("/", ["Content-Length: 0002"], "hi"), [
      ...cutOff(400),
      ...passes({ body: "hi" }),
    ]),
    ...BAD_CODINGS.map((coding) =>
      must(
        `the coding ${JSON.stringify(coding)}`,
        "RFC 9112 §6.1",
        post("/", [`Transfer-Encoding: ${coding}`], `${CHUNKS}${SMUGGLED}`),
        cutOff(400, 501),
      ),
    ),
    should(
      "an empty coding",
      "RFC 9112 §6.1",
      post("/", ["Transfer-Encoding: ", "Content-Length: 2"], "hi"),
      cutOff(400, 501),
    ),
    must(
      "two Transfer-Encoding fields",
      "RFC 9112 §6.1",
      post("/", ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], `${CHUNKS}${SMUGGLED}`),
      cutOff(400, 501),
    ),
    must(
      "a space before the colon of Transfer-Encoding",
      "RFC 9112 §5.1",
      post("/", ["Transfer-Encoding : chunked"], CHUNKS),
      cutOff(400),
    ),
    must(
      "a folded Transfer-Encoding",
      "RFC 9112 §5.2",
      post("/", ["Transfer-Encoding:", " chunked"], CHUNKS),
      [...cutOff(400, 501), ...passes({ body: "hi" })],
    ),
    must(
      "chunks in HTTP/1.0",
      "RFC 9112 §6.1",
      `POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}${SMUGGLED}`,
      [...cutOff(400, 501), { answers: [{ status: [200] }], requests: [{ body: "hi" }], after: "closed" }],
    ),
    must(
      "chunked in capitals",
      "RFC 9112 §7",
      post("/", ["Transfer-Encoding: CHUNKED"], CHUNKS),
      passes({ body: "hi" }),
    ),
    must(
      "chunked with spaces round it",
      "RFC 9110 §5.5",
      post("/", ["Transfer-Encoding: \t chunked \t"], CHUNKS),
      [...passes({ body: "hi" }), ...cutOff(400, 501)],
    ),
    must("a body of no length is none", "RFC 9112 §6.3", post("/", [], ""), passes({ body: "" })),
    must("a length of nothing", "RFC 9110 §8.6", post("/", ["Content-Length: 0"], ""), passes({ body: "" })),
    ...["GET", "HEAD", "DELETE", "OPTIONS", "PATCH", "PUT", "PROPFIND", "X-OWN"].map((method) =>
      must(
        `a body on ${method} stays framed`,
        "RFC 9110 §9.3.1",
        request(`${method} /`, [`Content-Length: ${SMUGGLED.length}`], SMUGGLED),
        [...passes({ line: `${method} /`, body: SMUGGLED }), ...refused(400, 405, 501)],
        { methods: [method] },
      ),
    ),
    must(
      "chunks on GET stay framed",
      "RFC 9110 §9.3.1",
      request(
        "GET /",
        ["Transfer-Encoding: chunked"],
        `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
      ),
      [...passes({ body: SMUGGLED }), ...refused(400)],
    ),
    must(
      "a body of every byte",
      "RFC 9110 §6.4",
      sized(Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("")),
      passes({ body: Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("") }),
    ),
    must(
      "a body of 500 KB",
      "RFC 9112 §6.2",
      sized("0123456789".repeat(50_000)),
      passes({ body: "0123456789".repeat(50_000) }),
    ),
    should("an empty line before the request", "RFC 9112 §2.2", `\r\n${get("/")}`, passes({ line: "GET /" })),
    must(
      "a bare CR before a field",
      "RFC 9112 §2.2",
      "GET / HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n",
      cutOff(400),
    ),
    must("a space before the first field", "RFC 9112 §2.2", "GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n", [
      ...cutOff(400),
      ...passes({ fields: { x: [] } }),
    ]),
  ],
};
