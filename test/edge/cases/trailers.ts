import {
  answer,
  answered,
  brokenOff,
  chunked,
  cutShort,
  get,
  must,
  passes,
  says,
  should,
} from "../building.ts";
import type { Topic } from "../edge-case.ts";

const upload = (...trailers: string[]) => chunked(["2\r\nhi\r\n0", ...trailers, "", ""].join("\r\n"));
const streamed = (...trailers: string[]) => ({
  upstream: says(
    answer("200 OK", ["Trailer: X-Sum", "Transfer-Encoding: chunked"]),
    ["2\r\nok\r\n0", ...trailers, "", ""].join("\r\n"),
  ),
});

/** What no trailer may say: framing, routing, trust, credentials, how to read the content. */
const FORBIDDEN = [
  "Content-Length: 50",
  "Transfer-Encoding: chunked",
  "Host: evil",
  "X-Forwarded-For: 6.6.6.6",
  "X_Forwarded_For: 6.6.6.6",
  "Authorization: Basic eDp5",
  "Cookie: a=b",
  "Content-Type: text/evil",
  "Content-Encoding: gzip",
  "Connection: X-Sum",
  "Expect: 100-continue",
  "Max-Forwards: 1",
  "Via: 1.1 evil",
];

export const trailers: Topic = {
  topic: "trailers",
  cases: [
    should(
      "an upload's trailer is passed on",
      "RFC 9110 §6.5.2",
      chunked("2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n", "Trailer: X-Sum"),
      passes({ body: "hi", trailers: { "x-sum": ["1"] } }),
    ),
    should(
      "an upload's unannounced trailer is passed on",
      "RFC 9110 §6.5.2",
      upload("X-Sum: 1"),
      passes({ body: "hi", trailers: { "x-sum": ["1"] } }),
    ),
    should(
      "a slow upload's trailers are passed on",
      "RFC 9110 §6.5.2",
      [chunked(""), "2\r\nhi\r\n", { waitMs: 40 }, "0\r\n", { waitMs: 40 }, "X-Sum: 1\r\nX-B: 2\r\n\r\n"],
      passes({ body: "hi", trailers: { "x-sum": ["1"], "x-b": ["2"] } }),
    ),
    ...FORBIDDEN.map((field) => {
      const name = field.split(":")[0]!.toLowerCase();
      return must(`a trailer may not say ${field}`, "RFC 9110 §6.5.1", upload(field, "X-Sum: 1"), [
        ...passes({ body: "hi", trailers: { [name]: [] } }),
        ...brokenOff(400),
      ]);
    }),
    must(
      "a trailer is no header field",
      "RFC 9110 §6.5.1",
      upload("X-Sum: 1"),
      passes({ fields: { "x-sum": [] } }),
    ),
    ...Object.entries({
      "a space before the colon": "X-Sum : 1",
      "no colon": "X-Sum",
      "a NUL": "X-Sum: \x001",
      "a bare CR": "X-Sum: 1\r2",
    }).map(([name, field]) =>
      must(`a trailer with ${name}`, "RFC 9112 §7.1.2", upload(field), [
        ...brokenOff(400),
        ...passes({ body: "hi", trailers: { "x-sum": [] } }),
      ]),
    ),
    should(
      "trailers of 100 KB",
      "RFC 9112 §7.1.2",
      upload(`X-Sum: ${"x".repeat(100_000)}`),
      brokenOff(400, 413, 431),
    ),
    must("what follows trailers is a request", "RFC 9112 §7.1.2", upload("X-Sum: 1") + get("/next"), [
      {
        answers: [
          { status: [200], body: "POST /" },
          { status: [200], body: "GET /next" },
        ],
        requests: [{ body: "hi" }, { line: "GET /next" }],
        after: "open",
      },
    ]),
    should(
      "an answer's trailer is passed on",
      "RFC 9110 §6.5.2",
      get("/", "TE: trailers"),
      passes({}, { body: "ok", trailers: { "x-sum": ["1"] } }),
      streamed("X-Sum: 1"),
    ),
    ...["Content-Length: 50", "Set-Cookie: a=b", "Transfer-Encoding: gzip", "Connection: close"].map(
      (field) => {
        const name = field.split(":")[0]!.toLowerCase();
        return must(
          `an answer's trailer may not say ${field}`,
          "RFC 9110 §6.5.1",
          get("/"),
          [...answered({ status: [200], body: "ok", trailers: { [name]: [] } }), ...cutShort()],
          streamed(field),
        );
      },
    ),
    must(
      "no trailers to HTTP/1.0",
      "RFC 9112 §7.1.2",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      answered({ status: [200], body: "ok" }),
      streamed("X-Sum: 1"),
    ),
  ],
};
