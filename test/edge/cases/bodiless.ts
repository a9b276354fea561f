import { answer, answered, get, must, passes, request, says, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

const head = { methods: ["HEAD"] };
const bodiless = ["204 No Content", "304 Not Modified"];

export const bodilessAnswers: Topic = {
  topic: "bodiless",
  cases: [
    must(
      "HEAD keeps its length and has no body",
      "RFC 9110 §9.3.2",
      request("HEAD /"),
      passes({ line: "HEAD /" }, { body: "", fields: { "content-length": ["500"] } }),
      { ...head, upstream: says(answer("200 OK", ["Content-Length: 500"])) },
    ),
    must("HEAD of chunks", "RFC 9112 §6.3", request("HEAD /"), passes({}, { body: "" }), {
      ...head,
      upstream: says(answer("200 OK", ["Transfer-Encoding: chunked"])),
    }),
    must("HEAD of neither", "RFC 9112 §6.3", request("HEAD /"), passes({}, { body: "" }), {
      ...head,
      upstream: says(answer("200 OK", [])),
    }),
    must(
      "HEAD of an error",
      "RFC 9112 §6.3",
      request("HEAD /"),
      [
        {
          answers: [{ status: [404], body: "", fields: { "content-length": ["9"] } }],
          requests: [{}],
          after: "open",
        },
      ],
      { ...head, upstream: says(answer("404 No", ["Content-Length: 9"])) },
    ),
    must(
      "HEAD that is answered with a body",
      "RFC 9110 §9.3.2",
      request("HEAD /"),
      answered({ status: [200, 502], body: "" }),
      { ...head, upstream: says(answer("200 OK", ["Content-Length: 4"], "evil")) },
    ),
    must("HEAD with trailers announced", "RFC 9110 §6.6.2", request("HEAD /"), passes({}, { body: "" }), {
      ...head,
      upstream: says(answer("200 OK", ["Trailer: X-Sum", "Transfer-Encoding: chunked"])),
    }),
    must(
      "HEAD of a refused target",
      "RFC 9110 §9.3.2",
      request("HEAD /%"),
      [
        { answers: [{ status: [400], body: "" }], requests: [] },
        { answers: [{ status: [200], body: "" }], requests: [{}] },
      ],
      head,
    ),
    must(
      "HEAD of an upstream that is gone",
      "RFC 9110 §9.3.2",
      request("HEAD /"),
      [
        ...answered({ status: [502], body: "" }),
        { answers: [{ status: [200], body: "" }], requests: [{}, {}] },
      ],
      { ...head, upstream: says({ close: "reset" }) },
    ),
    must(
      "HEAD in HTTP/1.0",
      "RFC 9110 §9.3.2",
      "HEAD / HTTP/1.0\r\nHost: a\r\n\r\n",
      [{ answers: [{ status: [200], body: "" }], requests: [{ line: "HEAD /" }], after: "closed" }],
      { ...head, upstream: says(answer("200 OK", ["Content-Length: 5"])) },
    ),
    ...bodiless.flatMap((status) => [
      must(
        `${status} has no body`,
        "RFC 9112 §6.3",
        get("/"),
        [
          {
            answers: [{ status: [Number(status.slice(0, 3))], body: "" }],
            requests: [{}],
            after: "open" as const,
          },
        ],
        { upstream: says(answer(status, [])) },
      ),
      must(
        `${status} with chunks announced`,
        "RFC 9112 §6.3",
        get("/"),
        [
          {
            answers: [{ status: [Number(status.slice(0, 3)), 502], body: /^/ }],
            requests: [{}],
            after: "open" as const,
          },
        ],
        { upstream: says(answer(status, ["Transfer-Encoding: chunked"])) },
      ),
      must(
        `${status} that is followed by a body`,
        "RFC 9112 §6.3",
        get("/"),
        [{ answers: [{ status: [Number(status.slice(0, 3)), 502] }], requests: [{}] }],
        {
          upstream: says(
            answer(status, ["Content-Length: 38"], "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
          ),
        },
      ),
    ]),
    must(
      "304 keeps its length",
      "RFC 9110 §8.6",
      get("/", 'If-None-Match: "x"'),
      [
        {
          answers: [{ status: [304], body: "", fields: { etag: ['"x"'], "content-length": ["500"] } }],
          requests: [{}],
          after: "open",
        },
        {
          answers: [{ status: [304], body: "", fields: { etag: ['"x"'], "content-length": [] } }],
          requests: [{}],
          after: "open",
        },
      ],
      { upstream: says(answer("304 Not Modified", ['ETag: "x"', "Content-Length: 500"])) },
    ),
    should(
      "204 has no length",
      "RFC 9110 §8.6",
      get("/"),
      [
        {
          answers: [{ status: [204], fields: { "content-length": [], "transfer-encoding": [] } }],
          requests: [{}],
          after: "open",
        },
      ],
      { upstream: says(answer("204 No Content", ["Content-Length: 0"])) },
    ),
    must(
      "205 has no content",
      "RFC 9110 §15.3.6",
      get("/"),
      [{ answers: [{ status: [205], body: "" }], requests: [{}], after: "open" }],
      { upstream: says(answer("205 Reset Content", ["Content-Length: 0"])) },
    ),
    must("an empty answer by length", "RFC 9112 §6.3", get("/"), passes({}, { body: "" }), {
      upstream: says(answer("200 OK", ["Content-Length: 0"])),
    }),
    must("an empty answer in chunks", "RFC 9112 §7.1", get("/"), passes({}, { body: "" }), {
      upstream: says(answer("200 OK", ["Transfer-Encoding: chunked"]), "0\r\n\r\n"),
    }),
    must(
      "an answer that ends with its connection",
      "RFC 9112 §6.3",
      get("/"),
      [
        ...passes({}, { body: "to the end" }),
        { answers: [{ status: [200], body: "to the end" }], requests: [{}], after: "closed" },
      ],
      { upstream: says(answer("200 OK", [], "to the end"), { close: "end" }) },
    ),
    must(
      "an answer of HTTP/1.0 that ends with its connection",
      "RFC 9112 §6.3",
      get("/"),
      [
        ...passes({}, { body: "old" }),
        { answers: [{ status: [200], body: "old" }], requests: [{}], after: "closed" },
      ],
      { upstream: says("HTTP/1.0 200 OK\r\n\r\nold", { close: "end" }) },
    ),
    must(
      "chunks become plain for HTTP/1.0",
      "RFC 9112 §7.1",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      [
        {
          answers: [{ status: [200], body: "hello", fields: { "transfer-encoding": [] } }],
          requests: [{}],
          after: "closed",
        },
      ],
      { upstream: says(answer("200 OK", ["Transfer-Encoding: chunked"]), "5\r\nhello\r\n0\r\n\r\n") },
    ),
    must(
      "chunks become plain for HTTP/1.0 that keeps its connection",
      "RFC 9112 §7.1",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
      answered({ status: [200], body: "hello", fields: { "transfer-encoding": [] } }),
      { upstream: says(answer("200 OK", ["Transfer-Encoding: chunked"]), "5\r\nhello\r\n0\r\n\r\n") },
    ),
    must("a large answer in chunks", "RFC 9112 §7.1", get("/"), passes({}, { body: "x".repeat(400_000) }), {
      upstream: says(
        answer("200 OK", ["Transfer-Encoding: chunked"]),
        `${`2710\r\n${"x".repeat(10_000)}\r\n`.repeat(40)}0\r\n\r\n`,
      ),
    }),
    must(
      "a large answer by length",
      "RFC 9112 §6.2",
      get("/"),
      passes({}, { body: "x".repeat(400_000), fields: { "content-length": ["400000"] } }),
      { upstream: says(answer("200 OK", ["Content-Length: 400000"], "x".repeat(400_000))) },
    ),
    must("an answer's chunk extensions", "RFC 9112 §7.1.1", get("/"), passes({}, { body: "ok" }), {
      upstream: says(answer("200 OK", ["Transfer-Encoding: chunked"]), '2;a="b"\r\nok\r\n0;c\r\n\r\n'),
    }),
  ],
};
