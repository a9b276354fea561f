import { answer, badGateway, cutShort, get, must, passes, says, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

/** Start lines that are none, in front of a body that a lenient reader would pass on. */
const BAD_STATUS_LINES = [
  "HTTP/1.1 000 Zero",
  "HTTP/1.1 99 Short",
  "HTTP/1.1 20 OK",
  "HTTP/1.1 2000 OK",
  "HTTP/1.1 abc OK",
  "HTTP/1.1 -200 OK",
  "HTTP/1.1",
  "HTTP/9.9 200 OK",
  "HTTP/2.0 200 OK",
  "HTTPS/1.1 200 OK",
  "http/1.1 200 OK",
  "200 OK",
  "ICY 200 OK",
  "garbage",
  "HTTP/1.1 200 O\x01K",
  "HTTP/1.1 200 O\x00K",
  "HTTP/1.1 200 O\rK",
  "GET / HTTP/1.1",
];
/** Fields that are none, or that two readers would frame differently. */
const BAD_FRAMING: Readonly<Record<string, readonly string[]>> = {
  "length and chunks at once": ["Content-Length: 2", "Transfer-Encoding: chunked"],
  "differing lengths": ["Content-Length: 2", "Content-Length: 3"],
  "differing lengths in a list": ["Content-Length: 2, 3"],
  "a negative length": ["Content-Length: -2"],
  "a length with a sign": ["Content-Length: +2"],
  "a length that is no number": ["Content-Length: two"],
  "a length beyond counting": ["Content-Length: 99999999999999999999"],
  "chunked that is not last": ["Transfer-Encoding: chunked, gzip"],
  "chunked twice": ["Transfer-Encoding: chunked, chunked"],
  "an unknown coding": ["Transfer-Encoding: xchunked"],
};
const BAD_FIELDS: Readonly<Record<string, string>> = {
  "a NUL in a value": "X-A: 1\x002",
  "a bare CR in a value": "X-A: 1\r2",
  "0x01 in a value": "X-A: 1\x012",
  "no colon": "X-A",
  "no name": ": 1",
  "a space in a name": "X A: 1",
  "a control byte in a name": "X\x01A: 1",
};
const BAD_CHUNKS: Readonly<Record<string, string>> = {
  "a size that is no number": "zz\r\nhi\r\n0\r\n\r\n",
  "a negative size": "-2\r\nhi\r\n0\r\n\r\n",
  "a size beyond 64 bits": "10000000000000002\r\nhi\r\n0\r\n\r\n",
  "no CRLF behind the data": "2\r\nhiXX0\r\n\r\n",
};
const with200 = (...bytes: string[]) => ({ upstream: says(...bytes) });

export const malformedAnswers: Topic = {
  topic: "malformed-answers",
  cases: [
    ...BAD_STATUS_LINES.map((line) =>
      must(
        `the line ${JSON.stringify(line)}`,
        "RFC 9112 §4",
        get("/"),
        badGateway(),
        with200(`${line}\r\nContent-Length: 2\r\n\r\nok`),
      ),
    ),
    ...Object.entries(BAD_FRAMING).map(([name, fields]) =>
      must(
        name,
        "RFC 9112 §6.3",
        get("/"),
        badGateway(),
        with200(answer("200 OK", fields, "2\r\nok\r\n0\r\n\r\n")),
      ),
    ),
    ...Object.entries(BAD_FIELDS).map(([name, field]) =>
      must(
        name,
        "RFC 9110 §5.5",
        get("/"),
        [
          ...badGateway(),
          ...passes({}, { fields: { "x-a": [] }, body: "ok" }),
          ...passes({}, { fields: { "x-a": ["1 2"] }, body: "ok" }),
        ],
        with200(answer("200 OK", [field, "Content-Length: 2"], "ok")),
      ),
    ),
    must(
      "a space before a colon",
      "RFC 9112 §5.1",
      get("/"),
      [
        ...badGateway(),
        ...passes({}, { fields: { "x-a": ["1"] }, body: "ok" }),
        ...passes({}, { fields: { "x-a": [] }, body: "ok" }),
      ],
      with200(answer("200 OK", ["X-A : 1", "Content-Length: 2"], "ok")),
    ),
    must(
      "a folded field",
      "RFC 9112 §5.2",
      get("/"),
      [
        ...badGateway(),
        ...passes({}, { fields: { "x-a": [/^1 +2$/] }, body: "ok" }),
        ...passes({}, { fields: { "x-a": ["1"] }, body: "ok" }),
      ],
      with200(answer("200 OK", ["X-A: 1", " 2", "Content-Length: 2"], "ok")),
    ),
    must(
      "the same length twice",
      "RFC 9112 §6.3",
      get("/"),
      [...badGateway(), ...passes({}, { body: "ok", fields: { "content-length": ["2"] } })],
      with200(answer("200 OK", ["Content-Length: 2", "Content-Length: 2"], "ok")),
    ),
    must(
      "chunks in HTTP/1.0",
      "RFC 9112 §6.1",
      get("/"),
      [
        ...badGateway(),
        ...passes({}, { body: "ok" }),
        { answers: [{ status: [200], body: "ok" }], requests: [{}], after: "closed" },
        { answers: [{ status: [200], body: "2\r\nok\r\n0\r\n\r\n" }], requests: [{}], after: "closed" },
      ],
      {
        upstream: says("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", {
          close: "end",
        }),
      },
    ),
    ...Object.entries(BAD_CHUNKS).map(([name, chunks]) =>
      must(
        `chunks with ${name}`,
        "RFC 9112 §7.1",
        get("/"),
        [...badGateway(), ...cutShort(), { answers: [], requests: [{}], after: "closed" }],
        with200(answer("200 OK", ["Transfer-Encoding: chunked"], chunks)),
      ),
    ),
    must(
      "a head that never ends",
      "RFC 9112 §3",
      get("/"),
      badGateway(),
      with200(`HTTP/1.1 200 OK\r\nX-A: ${"x".repeat(200_000)}`),
    ),
    should(
      "no reason and no space",
      "RFC 9112 §4",
      get("/"),
      [...badGateway(), ...passes({}, { body: "ok" })],
      with200("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"),
    ),
    must(
      "no reason",
      "RFC 9112 §4",
      get("/"),
      passes({}, { body: "ok" }),
      with200("HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok"),
    ),
    must(
      "a reason of bytes above 0x7f",
      "RFC 9112 §4",
      get("/"),
      passes({}, { body: "ok" }),
      with200("HTTP/1.1 200 caf\xe9\r\nContent-Length: 2\r\n\r\nok"),
    ),
    must(
      "bytes behind an answer are nobody's",
      "RFC 9112 §6.3",
      get("/"),
      [
        ...passes({}, { body: "ok" }),
        { answers: [{ status: [200], body: "ok" }], requests: [{}], after: "closed" },
      ],
      with200(answer("200 OK", ["Content-Length: 2"], "okHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")),
    ),
    must(
      "bytes behind the last chunk are nobody's",
      "RFC 9112 §7.1",
      get("/"),
      [
        ...passes({}, { body: "ok" }),
        { answers: [{ status: [200], body: "ok" }], requests: [{}], after: "closed" },
      ],
      with200(
        answer(
          "200 OK",
          ["Transfer-Encoding: chunked"],
          "2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        ),
      ),
    ),
    must(
      "an answer before the request",
      "RFC 9112 §9.2",
      [get("/first"), { until: "ok" }, { waitMs: 200 }, get("/second")],
      [
        {
          answers: [
            { status: [200], body: "ok" },
            { status: [200], body: "GET /second" },
          ],
          requests: [{ line: "GET /first" }, { line: "GET /second" }],
          after: "open",
        },
      ],
      {
        upstream: says(
          answer("200 OK", ["Content-Length: 2"], "ok"),
          { waitMs: 10 },
          answer("200 OK", ["Content-Length: 4"], "evil"),
        ),
      },
    ),
  ],
};
