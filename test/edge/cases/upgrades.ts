import {
  answer,
  answered,
  badGateway,
  get,
  must,
  OK,
  passes,
  refused,
  request,
  says,
  should,
} from "../building.ts";
import type { Outcome, Topic } from "../edge-case.ts";

const WEBSOCKET = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];
const handshake = (target: string, ...more: string[]) => get(target, ...WEBSOCKET, ...more);
const switched = (accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", protocol = "websocket") =>
  answer("101 Switching Protocols", [
    "Connection: Upgrade",
    `Upgrade: ${protocol}`,
    `Sec-WebSocket-Accept: ${accept}`,
  ]);
const joined = (body: string | RegExp): Outcome[] => [
  { answers: [{ status: [101], body }], requests: [{ fields: { upgrade: [/^websocket$/i] } }] },
];
const refusedByUpstream: Outcome[] = [{ answers: [{ status: [403], body: "no" }], requests: [{}] }];

export const upgrades: Topic = {
  topic: "upgrades",
  cases: [
    must(
      "a WebSocket is joined",
      "RFC 6455 §4",
      [handshake("/ws"), { until: "hello" }, "bytes", { until: "you too" }],
      joined("helloyou too"),
      { upstream: says(switched(), "hello", { until: "\r\n\r\nbytes" }, "you too") },
    ),
    must("bytes right behind 101", "RFC 6455 §4", handshake("/ws"), joined("early"), {
      upstream: says(`${switched()}early`),
    }),
    must(
      "bytes before 101 are not tunnelled",
      "RFC 6455 §4.1",
      `${handshake("/ws")}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
      [
        ...refusedByUpstream,
        {
          answers: [
            { status: [403], body: "no" },
            { status: [200], body: "GET /smuggled" },
          ],
          requests: [{}, { line: "GET /smuggled" }],
        },
        ...refused(400),
      ],
      { upstream: says({ waitMs: 60 }, answer("403 No", ["Content-Length: 2"], "no")) },
    ),
    must("an upstream that does not switch answers", "RFC 9110 §7.8", handshake("/ws"), refusedByUpstream, {
      upstream: says(answer("403 No", ["Content-Length: 2"], "no")),
    }),
    should("101 for another key", "RFC 6455 §4.1", handshake("/ws"), badGateway(), {
      upstream: says(switched("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), "leak"),
    }),
    must("101 for another protocol", "RFC 9110 §7.8", handshake("/ws"), badGateway(), {
      upstream: says(switched(undefined, "h2c"), "leak"),
    }),
    must(
      "101 that nobody asked for",
      "RFC 9110 §15.2.2",
      get("/"),
      [...badGateway(), { answers: [], requests: [{}], after: "closed" }],
      { upstream: says(switched(), "leak") },
    ),
    must(
      "101 that only a nomination asked for",
      "RFC 9110 §7.8",
      get("/", "Upgrade: websocket"),
      [...badGateway(), { answers: [], requests: [{}], after: "closed" }],
      { upstream: says(switched(), "leak") },
    ),
    ...["h2c", "h2c, websocket", "websocket, h2c", "H2C"].map((protocol) =>
      must(
        `${protocol} is not forwarded`,
        "RFC 9113 §3.1; h2c smuggling",
        get(
          "/",
          "Connection: Upgrade, HTTP2-Settings",
          `Upgrade: ${protocol}`,
          "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        ),
        [...passes({ fields: { upgrade: [], "http2-settings": [] } }), ...refused(400, 501)],
      ),
    ),
    should(
      "another protocol is not forwarded",
      "RFC 9110 §7.8",
      get("/", "Connection: Upgrade", "Upgrade: TLS/1.0"),
      [...passes({ fields: { upgrade: [] } }), ...refused(400, 426, 501)],
    ),
    must(
      "an upgrade that is not nominated is none",
      "RFC 9110 §7.8",
      get("/", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
      [...passes({ fields: { upgrade: [] } }), ...refused(400)],
    ),
    should(
      "a POST that asks for a WebSocket",
      "RFC 6455 §4.1",
      request("POST /", [...WEBSOCKET, "Content-Length: 2"], "hi"),
      [...passes({ body: "hi", fields: { upgrade: [] } }), ...refused(400)],
    ),
    must(
      "an upgrade with a body",
      "RFC 9110 §7.8",
      request("GET /", [...WEBSOCKET, "Content-Length: 5"], "hello"),
      [...refused(400), ...passes({ body: "hello" })],
    ),
    must(
      "an upgrade in HTTP/1.0",
      "RFC 9110 §7.8",
      `GET / HTTP/1.0\r\nHost: a\r\n${WEBSOCKET.join("\r\n")}\r\n\r\n`,
      [...answered({ status: [200] }, { fields: { upgrade: [] } }), ...refused(400, 426)],
    ),
    should("an upgrade with a dot segment", "CWE-22", handshake("/x/..%2fy"), refused(400, 403, 404)),
    must(
      "an upgrade without Host",
      "RFC 9112 §3.2",
      `GET / HTTP/1.1\r\n${WEBSOCKET.join("\r\n")}\r\n\r\n`,
      refused(400),
    ),
    must("an upgrade with two Hosts", "RFC 9112 §3.2", handshake("/", "Host: b"), refused(400)),
    must(
      "a stranger's trust fields in an upgrade",
      "RFC 7239 §8.1",
      handshake("/", "X-Forwarded-For: 6.6.6.6"),
      [
        {
          answers: [{ status: [403] }],
          requests: [{ fields: { "x-forwarded-for": ["127.0.0.1"], via: [/./] } }],
        },
      ],
      { upstream: says(answer("403 No", ["Content-Length: 2"], "no")) },
    ),
    should(
      "duplicates in an upgrade",
      "RFC 9110 §5.3",
      handshake("/", "Cookie: a=1", "Cookie: b=2", "X-A: 1", "X-A: 2"),
      [{ answers: [{ status: [403] }], requests: [{ fields: { "x-a": ["1", "2"] } }] }],
      { upstream: says(answer("403 No", ["Content-Length: 2"], "no")) },
    ),
    must(
      "a client that closes its half before 101",
      "RFC 6455 §4.1",
      [handshake("/ws"), { close: "end" }],
      [
        { answers: [], requests: [{}], after: "closed" },
        { answers: [{ status: [101, 502, 499, 400] }], requests: [{}], after: "closed" },
      ],
      { upstream: says({ waitMs: 200 }, switched(), { waitMs: 50 }, { close: "end" }) },
    ),
    should(
      "a client that closes its half is not waited for",
      "CWE-404",
      [handshake("/ws"), { close: "end" }],
      [{ answers: [], requests: [{}], after: "closed" }],
      { upstream: says({ waitMs: 2_000 }, switched()) },
    ),
    must(
      "a client that resets before 101",
      "RFC 6455 §4.1",
      [handshake("/ws"), { waitMs: 40 }, { close: "reset" }],
      [[], [{}]].map((requests) => ({ answers: [], requests, after: "closed" as const })),
      { upstream: says({ waitMs: 100 }, switched()) },
    ),
    must("an upstream that is gone before 101", "RFC 9110 §15.6.3", handshake("/ws"), badGateway(), {
      upstream: says({ close: "reset" }),
    }),
    should(
      "an upstream that never says 101",
      "RFC 9110 §15.6.5",
      handshake("/ws"),
      [{ answers: [{ status: [502, 504] }], requests: [{}] }],
      { upstream: says({ waitMs: 3_000 }) },
    ),
    must(
      "the end of a tunnel ends the connection",
      "RFC 6455 §7.1.1",
      handshake("/ws"),
      [{ answers: [{ status: [101] }], requests: [{}], after: "closed" }],
      { upstream: says(switched(), "bye", { close: "end" }) },
    ),
    must(
      "an upgrade whose answer breaks",
      "RFC 9112 §6.3",
      handshake("/ws"),
      [...badGateway(), { answers: [], requests: [{}], after: "closed" }],
      { upstream: says("HTTP/1.1 abc\r\n\r\n") },
    ),
    must(
      "an upgrade behind another request",
      "RFC 9112 §9.3.2",
      get("/first") + handshake("/ws"),
      [
        {
          answers: [
            { status: [200], body: "GET /first" },
            { status: [101], body: "hello" },
          ],
          requests: [{ line: "GET /first" }, { line: "GET /ws" }],
        },
        {
          answers: [{ status: [200], body: "GET /first" }, { status: [502] }],
          requests: [{ line: "GET /first" }, { line: "GET /ws", fields: { upgrade: [] } }],
        },
        {
          answers: [{ status: [200], body: "GET /first" }],
          requests: [{ line: "GET /first" }],
          after: "closed",
        },
      ],
      {
        upstream: [
          { on: "whole", steps: [answer("200 OK", ["Content-Length: 10"], "GET /first")] },
          { on: "whole", steps: [`${switched()}hello`] },
        ],
      },
    ),
    must(
      "an upgrade behind a request that is slow",
      "RFC 9112 §9.3.2",
      get("/first") + handshake("/ws"),
      [
        {
          answers: [
            { status: [200], body: "ok" },
            { status: [101], body: "hello" },
          ],
          requests: [{ line: "GET /first" }, { line: "GET /ws" }],
        },
        {
          answers: [{ status: [200], body: "ok" }, { status: [502] }],
          requests: [{ line: "GET /first" }, { line: "GET /ws", fields: { upgrade: [] } }],
        },
        { answers: [{ status: [200], body: "ok" }], requests: [{ line: "GET /first" }], after: "closed" },
      ],
      {
        upstream: [
          { on: "whole", steps: [{ waitMs: 150 }, OK] },
          { on: "whole", steps: [`${switched()}hello`] },
        ],
      },
    ),
  ],
};
