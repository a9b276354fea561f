import { chunked, get, must, passes, post, refused, request, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

const MEGABYTE = 1_048_576;

export const limits: Topic = {
  topic: "limits",
  cases: [
    must("a head of 100 KB", "RFC 6585 §5", get("/", `X-A: ${"x".repeat(100_000)}`), refused(400, 431)),
    should("a head of 100 KB gets 431 or 400", "RFC 6585 §5", get("/", `X-A: ${"x".repeat(100_000)}`), [
      { answers: [{ status: [400, 431] }], requests: [], after: "closed" },
    ]),
    must(
      "100,000 fields",
      "RFC 6585 §5",
      get("/", ...Array.from({ length: 100_000 }, () => "A:")),
      refused(400, 431),
    ),
    should("5,000 fields in 20 KB", "RFC 6585 §5", get("/", ...Array.from({ length: 5_000 }, () => "A:")), [
      { answers: [{ status: [400, 431] }], requests: [] },
    ]),
    must(
      "a target of 8,000 bytes",
      "RFC 9112 §3",
      get(`/${"x".repeat(7_999)}`),
      passes({ line: `GET /${"x".repeat(7_999)}` }),
    ),
    should("a target of 20 KB gets 414", "RFC 9110 §15.5.15", get(`/${"x".repeat(20_000)}`), [
      { answers: [{ status: [414] }], requests: [] },
    ]),
    must("a target of 100 KB", "RFC 9110 §15.5.15", get(`/${"x".repeat(100_000)}`), refused(400, 414, 431)),
    should(
      "a field of 8 KB",
      "RFC 9110 §5.4",
      get("/", `Cookie: a=${"x".repeat(8_000)}`),
      passes({ fields: { cookie: [`a=${"x".repeat(8_000)}`] } }),
    ),
    should(
      "an announced body that is too large gets 413",
      "RFC 9110 §15.5.14",
      post("/", [`Content-Length: ${MEGABYTE + 1}`], ""),
      [{ answers: [{ status: [413] }], requests: [] }],
    ),
    should(
      "a body as large as is allowed",
      "RFC 9110 §15.5.14",
      post("/", [`Content-Length: ${MEGABYTE}`], "x".repeat(MEGABYTE)),
      passes({ body: "x".repeat(MEGABYTE) }),
    ),
    should(
      "chunks that are too large together are broken off",
      "RFC 9110 §15.5.14",
      chunked(`${`10000\r\n${"x".repeat(65_536)}\r\n`.repeat(17)}0\r\n\r\n`),
      [[], [{ cut: true }]].map((requests) => ({ answers: [{ status: [413] }], requests })),
    ),
    should(
      "an announced body that is too large and waits for 100",
      "RFC 9110 §10.1.1",
      request("PUT /", [`Content-Length: ${MEGABYTE + 1}`, "Expect: 100-continue"]),
      [{ answers: [{ status: [413], interim: [] }], requests: [] }],
    ),
    should("a head that never ends gets 408", "RFC 9110 §15.5.9", "GET / HTTP/1.1\r\nHost: a\r\n", [
      { answers: [{ status: [400, 408] }], requests: [], after: "closed" },
    ]),
    must(
      "a head that drips is cut",
      "CVE-2007-6750 (slowloris)",
      [
        "GET / HTTP/1.1\r\nHost: a\r\n",
        ...Array.from({ length: 10 }, (_, i) => [{ waitMs: 200 }, `X-${i}: y\r\n`]).flat(),
      ],
      [
        { answers: [], requests: [], after: "closed" },
        { answers: [{ status: [400, 408] }], requests: [], after: "closed" },
      ],
    ),
    should(
      "more requests at once than are allowed get 503",
      "RFC 9110 §15.6.4",
      get("/"),
      [{ answers: [{ status: [503] }], requests: [] }],
      { crowd: 20 },
    ),
    should(
      "their 503 says when to come again",
      "RFC 9110 §10.2.3",
      get("/"),
      [{ answers: [{ status: [503], fields: { "retry-after": [/^[0-9]+$/] } }], requests: [] }],
      { crowd: 20 },
    ),
    must("as many requests at once as are allowed", "RFC 9110 §15.6.4", get("/"), passes({ line: "GET /" }), {
      crowd: 10,
    }),
    should(
      "a query of 4,000 parameters",
      "CWE-400",
      get(`/?${"a&".repeat(4_000)}`),
      passes({ line: `GET /?${"a&".repeat(4_000)}` }),
    ),
    must(
      "an empty connection",
      "RFC 9112 §9.5",
      [{ waitMs: 50 }, { close: "end" }],
      [{ answers: [], requests: [], after: "closed" }],
    ),
    must("nothing but empty lines", "RFC 9112 §2.2", ["\r\n".repeat(100), { close: "end" }], refused(400)),
  ],
};
