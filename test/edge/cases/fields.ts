import { answer, answered, cutOff, get, must, passes, refused, says, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

const raw = (field: string) => `GET / HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`;

/** Names of framing, trust and forwarding, spelled so that CGI-style servers take them for the real ones. */
const LOOK_ALIKES = [
  "X_Forwarded_For",
  "X-Forwarded_For",
  "x_forwarded_proto",
  "X_Forwarded_Host",
  "X_Real_IP",
  "Content_Length",
  "Transfer_Encoding",
  "X_Banyan_Shadow",
];

export const fields: Topic = {
  topic: "fields",
  cases: [
    must("a space before the colon", "RFC 9112 §5.1", raw("X-A : 1"), cutOff(400)),
    must("a tab before the colon", "RFC 9112 §5.1", raw("X-A\t: 1"), cutOff(400)),
    must("a folded field", "RFC 9112 §5.2", raw("X-A: 1\r\n 2"), [
      ...cutOff(400),
      ...passes({ fields: { "x-a": [/^1 +2$/] } }),
    ]),
    must("a field folded by a tab", "RFC 9112 §5.2", raw("X-A: 1\r\n\t2"), [
      ...cutOff(400),
      ...passes({ fields: { "x-a": [/^1 +2$/] } }),
    ]),
    ...Object.entries({ NUL: "\x00", CR: "\r" }).map(([name, byte]) =>
      must(`${name} in a value`, "RFC 9110 §5.5", raw(`X-A: 1${byte}2`), [
        ...cutOff(400),
        ...passes({ fields: { "x-a": ["1 2"] } }),
      ]),
    ),
    must("a bare LF that would end a field", "RFC 9112 §2.2", raw("X-A: 1\nX-B: 2"), [
      ...cutOff(400),
      ...passes({ fields: { "x-a": ["1"], "x-b": ["2"] } }),
    ]),
    ...Object.entries({ "0x01": "\x01", "0x0b": "\x0b", "0x1b": "\x1b", DEL: "\x7f" }).map(([name, byte]) =>
      should(`${name} in a value`, "RFC 9110 §5.5", raw(`X-A: 1${byte}2`), cutOff(400)),
    ),
    must("no name", "RFC 9110 §5.1", raw(": 1"), cutOff(400)),
    must("no colon", "RFC 9112 §5", raw("X-A"), cutOff(400)),
    ...[" ", "(", "[", "\x00", '"', "@", "\xe9"].map((byte) =>
      must(`${JSON.stringify(byte)} in a name`, "RFC 9110 §5.1", raw(`X${byte}A: 1`), [
        ...cutOff(400),
        ...passes({ fields: { [`x${byte}a`]: [] } }),
      ]),
    ),
    must("every character that a name may have", "RFC 9110 §5.6.2", raw("X!#$%&'*+-.^`|~09: 1"), [
      ...passes({ fields: { "x!#$%&'*+-.^`|~09": ["1"] } }),
      ...passes({ fields: { "x!#$%&'*+-.^`|~09": [] } }),
    ]),
    must(
      "duplicates in their order",
      "RFC 9110 §5.3",
      get("/", "X-A: 1", "X-B: 0", "x-a: 2", "X-A: 3"),
      passes({ fields: { "x-a": ["1", "2", "3"], "x-b": ["0"] } }),
    ),
    should("a field of nothing", "RFC 9110 §5.5", get("/", "X-A:"), passes({ fields: { "x-a": [""] } })),
    must(
      "spaces round a value",
      "RFC 9110 §5.5",
      get("/", "X-A: \t 1 2 \t"),
      passes({ fields: { "x-a": ["1 2"] } }),
    ),
    should(
      "bytes above 0x7f in a request",
      "RFC 9110 §5.5",
      get("/", "X-A: caf\xe9 \xff"),
      passes({ fields: { "x-a": ["caf\xe9 \xff"] } }),
    ),
    should(
      "UTF-8 in a request",
      "RFC 9110 §5.5",
      get("/", "X-A: gr\xc3\xb6n"),
      passes({ fields: { "x-a": ["gr\xc3\xb6n"] } }),
    ),
    should(
      "bytes above 0x7f in an answer",
      "RFC 9110 §5.5",
      get("/"),
      answered({ status: [200], fields: { "x-a": ["caf\xe9 \xff"] } }),
      { upstream: says(answer("200 OK", ["X-A: caf\xe9 \xff", "Content-Length: 0"])) },
    ),
    should(
      "bytes above 0x7f in a streamed answer",
      "RFC 9110 §5.5",
      get("/"),
      answered({ status: [200], body: "ok", fields: { "x-a": ["caf\xe9"] } }),
      {
        upstream: says(
          answer("200 OK", ["X-A: caf\xe9", "Transfer-Encoding: chunked"]),
          { waitMs: 20 },
          "2\r\nok\r\n0\r\n\r\n",
        ),
      },
    ),
    must(
      "several Set-Cookie",
      "RFC 6265 §3",
      get("/"),
      answered({ status: [200], fields: { "set-cookie": ["a=1; Path=/", "b=2", "a=3"] } }),
      {
        upstream: says(
          answer("200 OK", [
            "Set-Cookie: a=1; Path=/",
            "Set-Cookie: b=2",
            "Set-Cookie: a=3",
            "Content-Length: 0",
          ]),
        ),
      },
    ),
    must(
      "a cookie with commas and quotes",
      "RFC 6265 §4.2",
      get("/", 'Cookie: a="1,2"; b=c d'),
      passes({ fields: { cookie: ['a="1,2"; b=c d'] } }),
    ),
    must(
      "duplicates in an answer",
      "RFC 9110 §5.3",
      get("/"),
      answered({ status: [200], fields: { "x-a": ["1", "2", "3"] } }),
      { upstream: says(answer("200 OK", ["X-A: 1", "x-a: 2", "X-A: 3", "Content-Length: 0"])) },
    ),
    must(
      "WWW-Authenticate twice",
      "RFC 9110 §11.6.1",
      get("/"),
      answered({ status: [401], fields: { "www-authenticate": ["Basic", "Bearer"] } }),
      {
        upstream: says(
          answer("401 No", ["WWW-Authenticate: Basic", "WWW-Authenticate: Bearer", "Content-Length: 0"]),
        ),
      },
    ),
    ...LOOK_ALIKES.map((name) =>
      should(`the look-alike ${name}`, "CWE-644; nginx underscores_in_headers", get("/", `${name}: 6`), [
        ...passes({ fields: { [name.toLowerCase()]: [] } }),
        ...refused(400),
      ]),
    ),
    should(
      "an underscore in a harmless name",
      "RFC 9110 §5.1",
      get("/", "my_field: 1"),
      passes({ fields: { my_field: ["1"] } }),
    ),
    should(
      "300 fields, all passed or refused",
      "RFC 9110 §5.4",
      get("/", ...Array.from({ length: 300 }, (_, i) => `X-${i}: ${i}`)),
      [...passes({ fields: { "x-0": ["0"], "x-150": ["150"], "x-299": ["299"] } }), ...refused(400, 431)],
    ),
    must(
      "an answer of 300 fields, all passed or refused",
      "RFC 9110 §5.4",
      get("/"),
      [
        ...answered({ status: [200], fields: { "x-0": ["0"], "x-150": ["150"], "x-299": ["299"] } }),
        ...answered({ status: [502] }),
      ],
      {
        upstream: says(
          answer("200 OK", [...Array.from({ length: 300 }, (_, i) => `X-${i}: ${i}`), "Content-Length: 0"]),
        ),
      },
    ),
    must(
      "a reason of its own",
      "RFC 9112 §4",
      get("/"),
      [...answered({ status: [200], reason: "Very Fine" }), ...answered({ status: [200], reason: "OK" })],
      { upstream: says(answer("200 Very Fine", ["Content-Length: 0"])) },
    ),
    should("an unknown status", "RFC 9110 §15", get("/"), answered({ status: [299] }), {
      upstream: says(answer("299 Own", ["Content-Length: 0"])),
    }),
    must(
      "a compressed answer untouched",
      "RFC 9110 §7.7",
      get("/", "Accept-Encoding: gzip"),
      answered({
        status: [200],
        body: "\x1f\x8b\x00\xff",
        fields: { "content-encoding": ["gzip"], "content-length": ["4"] },
      }),
      {
        upstream: says(answer("200 OK", ["Content-Encoding: gzip", "Content-Length: 4"], "\x1f\x8b\x00\xff")),
      },
    ),
    must(
      "Cache-Control no-transform",
      "RFC 9111 §5.2.2.6",
      get("/"),
      answered({ status: [200], body: "a", fields: { "cache-control": ["no-transform"] } }),
      { upstream: says(answer("200 OK", ["Cache-Control: no-transform", "Content-Length: 1"], "a")) },
    ),
    must(
      "a Date of the upstream's",
      "RFC 9110 §6.6.1",
      get("/"),
      answered({ status: [200], fields: { date: ["Sat, 21 Nov 2026 10:00:00 GMT"] } }),
      { upstream: says(answer("200 OK", ["Date: Sat, 21 Nov 2026 10:00:00 GMT", "Content-Length: 0"])) },
    ),
    should(
      "a Server of the upstream's",
      "RFC 9110 §10.2.4",
      get("/"),
      answered({ status: [200], fields: { server: ["legacy/1"] } }),
      { upstream: says(answer("200 OK", ["Server: legacy/1", "Content-Length: 0"])) },
    ),
    must(
      "a range",
      "RFC 9110 §14.4",
      get("/", "Range: bytes=0-1"),
      answered({ status: [206], body: "ab", fields: { "content-range": ["bytes 0-1/9"] } }),
      {
        upstream: says(
          answer("206 Partial Content", ["Content-Range: bytes 0-1/9", "Content-Length: 2"], "ab"),
        ),
      },
    ),
    must(
      "a Location as it is",
      "RFC 9110 §10.2.2",
      get("/"),
      answered({ status: [302], fields: { location: ["http://elsewhere/a%2Fb"] } }),
      { upstream: says(answer("302 Found", ["Location: http://elsewhere/a%2Fb", "Content-Length: 0"])) },
    ),
  ],
};
