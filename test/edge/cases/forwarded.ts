import { get, must, passes, should } from "../building.ts";
import type { FieldsExpected, Topic } from "../edge-case.ts";

const FORGED = [
  "X-Forwarded-For: 6.6.6.6",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: evil",
  "Forwarded: for=6.6.6.6;proto=https",
];
const listed = { from: "127.0.0.2" };
const arrives = (fields: FieldsExpected) => passes({ fields });

export const forwarded: Topic = {
  topic: "forwarded",
  cases: [
    must(
      "a stranger's X-Forwarded-For is replaced",
      "RFC 7239 §8.1",
      get("/", ...FORGED),
      arrives({ "x-forwarded-for": ["127.0.0.1"] }),
    ),
    must(
      "several of a stranger's X-Forwarded-For are replaced",
      "RFC 7239 §8.1",
      get("/", "X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 7.7.7.7"),
      arrives({ "x-forwarded-for": ["127.0.0.1"] }),
    ),
    must(
      "a stranger's X-Forwarded-Proto is replaced",
      "RFC 7239 §8.1",
      get("/", ...FORGED),
      arrives({ "x-forwarded-proto": ["http"] }),
    ),
    must(
      "a stranger's X-Forwarded-Host is replaced",
      "RFC 7239 §8.1",
      get("/", ...FORGED),
      arrives({ "x-forwarded-host": ["a"] }),
    ),
    must("a stranger's Forwarded is dropped or replaced", "RFC 7239 §8.1", get("/", ...FORGED), [
      ...arrives({ forwarded: [] }),
      ...arrives({ forwarded: [/^(?!.*6\.6\.6\.6)/] }),
    ]),
    should("a stranger's X-Real-IP is dropped or replaced", "RFC 7239 §8.1", get("/", "X-Real-IP: 6.6.6.6"), [
      ...arrives({ "x-real-ip": [] }),
      ...arrives({ "x-real-ip": ["127.0.0.1"] }),
    ]),
    must(
      "a listed proxy's X-Forwarded-For is extended",
      "RFC 7239 §7.4",
      get("/", "X-Forwarded-For: 6.6.6.6, 10.0.0.1"),
      arrives({ "x-forwarded-for": ["6.6.6.6, 10.0.0.1", "127.0.0.2"] }).concat(
        arrives({ "x-forwarded-for": ["6.6.6.6, 10.0.0.1, 127.0.0.2"] }),
      ),
      listed,
    ),
    must(
      "a listed proxy's X-Forwarded-Proto is kept",
      "RFC 7239 §5.4",
      get("/", "X-Forwarded-Proto: https"),
      arrives({ "x-forwarded-proto": ["https"] }),
      listed,
    ),
    should(
      "a listed proxy's X-Forwarded-Proto that is none is replaced",
      "RFC 7239 §5.4",
      get("/", "X-Forwarded-Proto: javascript"),
      arrives({ "x-forwarded-proto": ["http"] }),
      listed,
    ),
    must(
      "a listed proxy's X-Forwarded-Host is kept",
      "RFC 7239 §5.3",
      get("/", "X-Forwarded-Host: shop.example"),
      arrives({ "x-forwarded-host": ["shop.example"] }),
      listed,
    ),
    should(
      "a listed proxy's Forwarded is kept",
      "RFC 7239 §4",
      get("/", "Forwarded: for=6.6.6.6"),
      arrives({ forwarded: [/^for=6\.6\.6\.6/] }),
      listed,
    ),
    must(
      "a proxy that sends nothing is a client",
      "RFC 7239 §4",
      get("/"),
      arrives({ "x-forwarded-for": ["127.0.0.2"] }),
      listed,
    ),
    must(
      "X-Forwarded-For in HTTP/1.0",
      "RFC 7239 §8.1",
      "GET / HTTP/1.0\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n",
      [{ answers: [{ status: [200] }], requests: [{ fields: { "x-forwarded-for": ["127.0.0.1"] } }] }],
    ),
    should(
      "X-Forwarded-Host is absolute-form's authority",
      "RFC 9112 §3.2.2",
      "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
      arrives({ "x-forwarded-host": ["b"] }),
    ),
  ],
};
