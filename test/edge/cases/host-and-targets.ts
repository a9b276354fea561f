import { cutOff, get, must, passes, refused, request, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

const withHost = (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const line = (text: string) => `${text}\r\nHost: a\r\n\r\n`;

const BAD_HOSTS = [
  "a b",
  "a/b",
  "a?b",
  "a#b",
  "user@a",
  "a:port",
  "a:80:80",
  "[::1",
  "::1]",
  "a\\b",
  "a,b c",
  "<a>",
  'a"b',
  "a:99999999",
  "a\x00b",
  "a%zz",
];
const GOOD_HOSTS = [
  "a",
  "a:81",
  "A.Example.",
  "127.0.0.1",
  "127.0.0.1:8080",
  "[::1]",
  "[2001:db8::1]:443",
  "xn--bcher-kva.example",
  "a_b.example",
];
/** RFC 9112 §3 lets a recipient take any white space for the one space. */
const LENIENT_LINES = ["GET  / HTTP/1.1", " GET / HTTP/1.1", "GET\t/\tHTTP/1.1", "GET / HTTP/1.1 "];
const MALFORMED_LINES = [
  "GET /",
  "GET / HTTP/1.1 x",
  "GET /a b HTTP/1.1",
  "GET / http/1.1",
  "GET / HTTP/1",
  "GET / HTTP/1.1.1",
  "GET / HTTPS/1.1",
  "G@T / HTTP/1.1",
  "GET / HTTP/11.1",
  "(GET) / HTTP/1.1",
  "GET / HTTP /1.1",
];

export const hostAndTargets: Topic = {
  topic: "host-and-targets",
  cases: [
    must("no Host", "RFC 9112 §3.2", "GET / HTTP/1.1\r\n\r\n", refused(400)),
    must("two Hosts", "RFC 9112 §3.2", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", refused(400)),
    must(
      "twice the same Host",
      "RFC 9112 §3.2",
      "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
      refused(400),
    ),
    must("a space before Host's colon", "RFC 9112 §5.1", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", refused(400)),
    must("no Host in HTTP/1.0", "RFC 9112 §3.2", "GET / HTTP/1.0\r\n\r\n", [
      { answers: [{ status: [200] }], requests: [{ line: "GET /" }], after: "closed" },
    ]),
    should("an empty Host", "RFC 9112 §3.2", withHost(""), [...refused(400), ...passes({ line: "GET /" })]),
    ...BAD_HOSTS.map((host) =>
      must(`the Host ${JSON.stringify(host)}`, "RFC 9112 §3.2", withHost(host), refused(400)),
    ),
    ...GOOD_HOSTS.map((host) =>
      should(`the Host ${host}`, "RFC 9110 §7.2", withHost(host), passes({ fields: { host: [host] } })),
    ),
    must(
      "absolute-form goes on in origin-form",
      "RFC 9112 §3.2.2",
      "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
      passes({ line: "GET /x?y", fields: { host: ["a"] } }),
    ),
    must("absolute-form replaces Host", "RFC 9112 §3.2.2", "GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", [
      ...passes({ line: "GET /x", fields: { host: ["b"] } }),
      ...refused(400, 421),
    ]),
    must(
      "absolute-form with a port",
      "RFC 9112 §3.2.2",
      "GET http://b:81/x HTTP/1.1\r\nHost: b:81\r\n\r\n",
      passes({ line: "GET /x", fields: { host: ["b:81"] } }),
    ),
    should(
      "absolute-form without a path",
      "RFC 9112 §3.2.1",
      "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
      passes({ line: "GET /" }),
    ),
    should(
      "absolute-form with a query only",
      "RFC 9112 §3.2.1",
      "GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n",
      passes({ line: "GET /?q" }),
    ),
    must(
      "absolute-form with a user",
      "RFC 9110 §4.2.4",
      "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
      refused(400),
    ),
    must(
      "absolute-form without a host",
      "RFC 9110 §4.2.1",
      "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
      refused(400),
    ),
    should(
      "absolute-form in capitals",
      "RFC 3986 §3.1",
      "GET HTTP://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
      passes({ line: "GET /x" }),
    ),
    must(
      "absolute-form with another scheme",
      "RFC 9112 §3.2.2",
      "GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
      refused(400, 421),
    ),
    must(
      "absolute-form with two Hosts",
      "RFC 9112 §3.2",
      "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
      refused(400),
    ),
    must("absolute-form without Host", "RFC 9112 §3.2", "GET http://a/ HTTP/1.1\r\n\r\n", refused(400)),
    must(
      "CONNECT",
      "RFC 9110 §9.3.6",
      "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
      cutOff(400, 403, 404, 405, 501),
      { methods: ["CONNECT"] },
    ),
    must(
      "CONNECT with a path",
      "RFC 9112 §3.2.3",
      "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n",
      cutOff(400, 403, 404, 405, 501),
      { methods: ["CONNECT"] },
    ),
    must("authority-form for GET", "RFC 9112 §3.2.3", line("GET a:443 HTTP/1.1"), refused(400)),
    must("OPTIONS *", "RFC 9112 §3.2.4", request("OPTIONS *"), [
      ...passes({ line: "OPTIONS *" }),
      ...refused(400, 405, 501),
    ]),
    must("GET *", "RFC 9112 §3.2.4", request("GET *"), refused(400)),
    must("OPTIONS of no path", "RFC 9112 §3.2.4", "OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n", [
      ...passes({ line: "OPTIONS *" }),
      ...refused(400, 501),
    ]),
    must("a target without a slash", "RFC 9112 §3.2", line("GET x HTTP/1.1"), refused(400)),
    must("an empty target", "RFC 9112 §3", line("GET HTTP/1.1"), refused(400)),
    must("a fragment", "RFC 9112 §3.2", get("/x#y"), [...refused(400), ...passes({ line: "GET /x" })]),
    ...MALFORMED_LINES.map((text) =>
      must(`the line ${JSON.stringify(text)}`, "RFC 9112 §3", line(text), cutOff(400, 505)),
    ),
    ...LENIENT_LINES.map((text) =>
      must(`the line ${JSON.stringify(text)}`, "RFC 9112 §3", line(text), [
        ...cutOff(400),
        ...passes({ line: "GET /" }),
      ]),
    ),
    ...["2.0", "3.0", "0.9", "1.9"].map((version) =>
      should(`HTTP/${version}`, "RFC 9110 §15.6.6", line(`GET / HTTP/${version}`), [
        ...refused(400, 505),
        ...(version === "1.9" ? passes({ line: "GET /" }) : []),
      ]),
    ),
    must("a preface of HTTP/2", "RFC 9113 §3.4", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", cutOff(400, 405, 505)),
    must(
      "a ClientHello of TLS",
      "RFC 9112 §9.8",
      "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
      cutOff(400),
    ),
    must("a method of its own", "RFC 9110 §9.1", request("X-PURGE /x"), [
      ...passes({ line: "X-PURGE /x" }),
      ...refused(400, 405, 501),
    ]),
    must("a method in small letters", "RFC 9110 §9.1", request("get /x"), [
      ...passes({ line: "get /x" }),
      ...refused(400, 405, 501),
    ]),
    must("a method longer than any", "RFC 9110 §9.1", request(`${"A".repeat(100)} /x`), [
      ...passes({ line: `${"A".repeat(100)} /x` }),
      ...refused(400, 405, 414, 501),
    ]),
    must("an encoded slash moves nobody to another route", "RFC 3986 §2.2", get("/function%2Fx"), [
      ...passes({ line: "GET /function%2Fx" }),
      ...passes({ line: "GET /function/x", side: "function" }),
      ...refused(400),
    ]),
    must(
      "a route is what is sent",
      "RFC 3986 §3.3",
      get("/function/x"),
      passes({ line: "GET /function/x", side: "function" }),
    ),
    must(
      "absolute-form is routed by its path",
      "RFC 9112 §3.2.2",
      "GET http://a/function/x HTTP/1.1\r\nHost: a\r\n\r\n",
      passes({ line: "GET /function/x", side: "function" }),
    ),
  ],
};
