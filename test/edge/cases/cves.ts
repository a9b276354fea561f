import {
  answer,
  answered,
  brokenOff,
  chunked,
  cutOff,
  get,
  must,
  OK,
  passes,
  post,
  refused,
  request,
  says,
  should,
} from "../building.ts";
import type { Topic } from "../edge-case.ts";

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const hidden = SMUGGLED.length.toString(16);

export const cves: Topic = {
  topic: "cves",
  cases: [
    ...["DELETE", "OPTIONS"].map((method) =>
      must(
        `${method} whose chunks hide a request`,
        "CVE-2026-29057 (http-proxy)",
        request(`${method} /`, ["Transfer-Encoding: chunked"], `${hidden}\r\n${SMUGGLED}\r\n0\r\n\r\n`),
        [...passes({ line: `${method} /`, body: SMUGGLED }), ...refused(400, 405, 501)],
      ),
    ),
    must(
      "a field called __proto__",
      "CVE-2026-21710 (Node http)",
      get("/", "__proto__: x", "__proto__: y", "constructor: z"),
      [...passes({ fields: { constructor: ["z"] } }), ...refused(400)],
    ),
    must(
      "trailers called __proto__",
      "CVE-2026-21710 (Node http)",
      chunked("2\r\nhi\r\n0\r\n__proto__: x\r\n\r\n"),
      [...passes({ body: "hi" }), ...brokenOff(400)],
    ),
    must(
      "an upgrade with a field called __proto__",
      "CVE-2026-21710 (Node http)",
      get(
        "/",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "__proto__: x",
        "__proto__: y",
      ),
      [...answered({ status: [403] }), ...refused(400)],
      { upstream: says(answer("403 No", ["Content-Length: 0"])) },
    ),
    must(
      "an answer that waits in the pool for the next request",
      "CVE-2026-48931 (Node http agent)",
      [get("/a"), { until: "ok" }, { waitMs: 200 }, get("/b")],
      [
        {
          answers: [
            { status: [200], body: "ok" },
            { status: [200], body: "GET /b" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
          after: "open",
        },
      ],
      { upstream: says(OK, { waitMs: 15 }, answer("200 OK", ["Content-Length: 6"], "poison")) },
    ),
    must(
      "half an answer that waits in the pool",
      "CVE-2026-48931 (Node http agent)",
      [get("/a"), { until: "ok" }, { waitMs: 200 }, get("/b")],
      [
        {
          answers: [
            { status: [200], body: "ok" },
            { status: [200], body: "GET /b" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
          after: "open",
        },
      ],
      { upstream: says(OK, { waitMs: 15 }, "HTTP/1.1 200 OK\r\nX-A: ") },
    ),
    should(
      "chunk extensions without end",
      "CVE-2024-22019 (Node http)",
      chunked(`1;${"x".repeat(60_000)}`),
      brokenOff(400, 413, 431),
    ),
    should(
      "chunk extensions that drip",
      "CVE-2024-22019 (Node http)",
      [chunked("1;"), ...Array.from({ length: 40 }, () => "x".repeat(1_000))],
      brokenOff(400, 408, 413, 431),
    ),
    must(
      "lengths that differ in the case of their names",
      "CVE-2026-1525 (undici)",
      post("/", ["Content-Length: 2", "content-length: 40"], `hi${SMUGGLED}`),
      cutOff(400),
    ),
    must(
      "an answer's lengths that differ in the case of their names",
      "CVE-2026-1525 (undici)",
      get("/"),
      answered({ status: [502] }),
      { upstream: says(answer("200 OK", ["Content-Length: 2", "content-length: 40"], "ok")) },
    ),
    must(
      "a chain of compressions is passed on unread",
      "CVE-2026-22036 (undici)",
      get("/"),
      answered({
        status: [200],
        body: "\x1f\x8bzip",
        fields: { "content-encoding": [Array.from({ length: 200 }, () => "gzip").join(", ")] },
      }),
      {
        upstream: says(
          answer(
            "200 OK",
            [
              `Content-Encoding: ${Array.from({ length: 200 }, () => "gzip").join(", ")}`,
              "Content-Length: 5",
            ],
            "\x1f\x8bzip",
          ),
        ),
      },
    ),
    must(
      "a WebSocket with a window that cannot be",
      "CVE-2026-2229 (undici)",
      get(
        "/",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Extensions: permessage-deflate",
      ),
      answered({ status: [101], body: /^\xc1/ }),
      {
        upstream: says(
          `${answer("101 Switching Protocols", ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=1000"])}\xc1\x02ab`,
        ),
      },
    ),
    must(
      "a path that makes patterns backtrack",
      "CVE-2024-45296 (path-to-regexp)",
      get(`/function/${"/a".repeat(3_000)}/a`),
      [...passes({ side: "function" }), ...passes({ side: "legacy" })],
    ),
    must(
      "a path that makes several parameters backtrack",
      "CVE-2026-4867 (path-to-regexp)",
      get(`/function/${"a-".repeat(3_500)}@`),
      passes({ side: "function" }),
    ),
    must(
      "a path that makes optional groups backtrack",
      "CVE-2026-4926 (path-to-regexp)",
      get(`/function/${"{a}".repeat(2_000)}`),
      [...passes({ side: "function" }), ...refused(400)],
    ),
    must(
      "YAML that is larger than it looks is only bytes",
      "CVE-2026-53550 (js-yaml)",
      post(
        "/",
        ["Content-Type: application/yaml", "Content-Length: 48"],
        "a: &a [x,x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]  ",
      ),
      passes({ body: "a: &a [x,x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]  " }),
    ),
    must(
      "a chunk size that wraps round",
      "CVE-2013-2028 (nginx)",
      chunked("fffffffffffffff0\r\nx"),
      brokenOff(400, 408, 413),
    ),
    must(
      "a field of nothing with a length behind it",
      "CVE-2021-40346 (HAProxy)",
      post("/", [`Content-Length0${"a".repeat(255)}:`, "Content-Length: 2"], `hi`),
      [...passes({ body: "hi" }), ...cutOff(400)],
    ),
    must(
      "a field without a name",
      "CVE-2023-25725 (HAProxy)",
      "GET / HTTP/1.1\r\nHost: a\r\n:x\r\nX-A: 1\r\n\r\n",
      cutOff(400),
    ),
    must(
      "an empty Content-Length",
      "CVE-2023-40225 (HAProxy)",
      post("/", ["Content-Length: "], SMUGGLED),
      cutOff(400),
    ),
    must(
      "a list with an empty Content-Length",
      "CVE-2023-40225 (HAProxy)",
      post("/", ["Content-Length: ,2"], "hi"),
      cutOff(400),
    ),
    must("a fragment that routes otherwise", "CVE-2023-45539 (HAProxy)", get("/x#/function/y"), [
      ...refused(400),
      ...passes({ line: "GET /x" }),
    ]),
    must(
      "Transfer-Encoding with a vertical tab",
      "CVE-2019-16276 kin (Go)",
      post("/", ["Transfer-Encoding:\x0bchunked"], "0\r\n\r\n"),
      cutOff(400, 501),
    ),
    must(
      "Transfer-Encoding with a space before its colon",
      "CVE-2019-16869 (Netty)",
      post("/", ["Transfer-Encoding : chunked", "Content-Length: 5"], "0\r\n\r\n"),
      cutOff(400),
    ),
    must(
      "a length with a sign",
      "CVE-2022-24766 (mitmproxy), CVE-2019-20444 kin",
      post("/", ["Content-Length: +2"], "hi"),
      cutOff(400),
    ),
    must(
      "LF instead of CRLF in chunks",
      "CVE-2022-32215 kin (Node llhttp)",
      chunked("1\nx\n0\n\n"),
      brokenOff(400),
    ),
    must(
      "CR that ends a field",
      "CVE-2023-30589 (Node llhttp)",
      "POST / HTTP/1.1\r\nHost: a\r\nX-A: 1\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      cutOff(400),
    ),
    must(
      "Content-Length behind a space",
      "CVE-2024-27982 (Node http)",
      "POST / HTTP/1.1\r\nHost: a\r\n Content-Length: 40\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n     ",
      [...cutOff(400), { answers: [{ status: [200] }], requests: [{ body: SMUGGLED.padEnd(40) }] }],
    ),
    must(
      "many ranges are passed on unread",
      "CVE-2011-3192 (Apache)",
      get("/", `Range: bytes=${Array.from({ length: 500 }, (_, i) => `${i}-`).join(",")}`),
      passes({ line: "GET /" }),
    ),
    must(
      "X-Forwarded-Host with a comma",
      "CVE-2021-43616 kin: cache poisoning",
      get("/", "X-Forwarded-Host: evil, a"),
      passes({ fields: { "x-forwarded-host": ["a"] } }),
    ),
    must(
      "Connection that nominates X-Forwarded-For",
      "CVE-2022-31813 (Apache)",
      get("/", "Connection: close, X-Forwarded-For", "X-Forwarded-For: 6.6.6.6"),
      [{ answers: [{ status: [200] }], requests: [{ fields: { "x-forwarded-for": ["127.0.0.1"] } }] }],
    ),
    must(
      "a target with CRLF encoded reaches nobody decoded",
      "CVE-2021-33193 kin (Apache)",
      get("/a%20HTTP/1.1%0d%0aHost:%20evil"),
      [...passes({ line: "GET /a%20HTTP/1.1%0d%0aHost:%20evil", fields: { host: ["a"] } }), ...refused(400)],
    ),
  ],
};
