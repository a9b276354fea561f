import {
  answer,
  answered,
  get,
  must,
  OK,
  passes,
  refused,
  request,
  says,
  saysAtOnce,
  should,
} from "../building.ts";
import type { Topic } from "../edge-case.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const HINTS = answer("103 Early Hints", ["Link: </a.css>; rel=preload"]);
const expecting = (value: string, version = "1.1") =>
  `PUT / HTTP/${version}\r\nHost: a\r\nContent-Length: 2\r\nExpect: ${value}\r\n\r\n`;
const AWAITED = [{ until: "100 Continue" }, "hi"];
const OLD_HEAD = "GET / HTTP/1.0\r\nHost: a\r\n\r\n";

export const expectAnd1xx: Topic = {
  topic: "expect-and-1xx",
  cases: [
    must(
      "100 comes when the upstream says it",
      "RFC 9110 §10.1.1",
      [expecting("100-continue"), ...AWAITED],
      passes({ body: "hi" }, { interim: [100], body: "ok" }),
      { upstream: saysAtOnce(CONTINUE, { until: "\r\n\r\nhi" }, OK) },
    ),
    should(
      "an upstream that says nothing is not waited for without end",
      "RFC 9110 §10.1.1",
      [expecting("100-continue"), ...AWAITED],
      passes({ body: "hi" }, { interim: [100] }),
    ),
    must(
      "a final answer instead of 100",
      "RFC 9110 §10.1.1",
      [expecting("100-continue")],
      [
        { answers: [{ status: [401], interim: [] }], requests: [{ cut: true }] },
        { answers: [{ status: [401], interim: [100] }], requests: [{ cut: true }] },
      ],
      { upstream: saysAtOnce(answer("401 No", ["Content-Length: 0"]), { waitMs: 300 }, { close: "end" }) },
    ),
    should(
      "an upstream that refuses is heard before the body is asked for",
      "RFC 9110 §10.1.1",
      [expecting("100-continue")],
      [{ answers: [{ status: [417], interim: [] }], requests: [{ cut: true }] }],
      { upstream: saysAtOnce(answer("417 No", ["Content-Length: 0"]), { waitMs: 300 }, { close: "end" }) },
    ),
    must(
      "a client that does not wait",
      "RFC 9110 §10.1.1",
      expecting("100-continue") + "hi",
      [...passes({ body: "hi" }, { interim: [100] }), ...passes({ body: "hi" }, { interim: [] })],
      { upstream: saysAtOnce(CONTINUE, { until: "\r\n\r\nhi" }, OK) },
    ),
    must(
      "100-Continue in capitals",
      "RFC 9110 §10.1.1",
      [expecting("100-CONTINUE"), ...AWAITED],
      passes({ body: "hi" }, { interim: [100] }),
      { upstream: saysAtOnce(CONTINUE, { until: "\r\n\r\nhi" }, OK) },
    ),
    should(
      "no 100 to a client of HTTP/1.0",
      "RFC 9110 §10.1.1",
      expecting("100-continue", "1.0") + "hi",
      answered({ status: [200], interim: [] }, { body: "hi" }),
      { upstream: saysAtOnce(CONTINUE, { until: "\r\n\r\nhi" }, OK) },
    ),
    should(
      "HTTP/1.0 expects nothing",
      "RFC 9110 §10.1.1",
      expecting("100-continue", "1.0") + "hi",
      answered({ status: [200], interim: [] }, { body: "hi", fields: { expect: [] } }),
    ),
    should(
      "an unknown expectation gets 417 or is left alone",
      "RFC 9110 §10.1.1",
      [expecting("the-impossible"), { waitMs: 20 }, "hi"],
      [{ answers: [{ status: [417] }], requests: [] }, ...answered({ status: [200] }, { body: "hi" })],
    ),
    must(
      "an unknown expectation beside 100-continue",
      "RFC 9110 §10.1.1",
      [expecting("foo, 100-continue"), { waitMs: 200 }, "hi"],
      [
        { answers: [{ status: [417] }], requests: [] },
        ...passes({ body: "hi" }, { interim: [100] }),
        ...passes({ body: "hi" }, { interim: [] }),
      ],
    ),
    must(
      "an expectation in two fields",
      "RFC 9110 §10.1.1",
      [
        "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\nExpect: foo\r\n\r\n",
        { waitMs: 200 },
        "hi",
      ],
      [{ answers: [{ status: [417] }], requests: [] }, ...passes({ body: "hi" }), ...refused(400)],
    ),
    should(
      "an expectation without a body",
      "RFC 9110 §10.1.1",
      get("/", "Expect: 100-continue"),
      answered({ status: [200] }, { line: "GET /" }),
    ),
    must(
      "chunks after 100",
      "RFC 9110 §10.1.1",
      [
        request("PUT /", ["Transfer-Encoding: chunked", "Expect: 100-continue"]),
        { until: "100 Continue" },
        "2\r\nhi\r\n0\r\n\r\n",
      ],
      passes({ body: "hi" }),
    ),
    must(
      "what is expected and then never sent ends nobody else",
      "RFC 9110 §10.1.1",
      [expecting("100-continue"), { waitMs: 5 }, { close: "reset" }],
      [
        { answers: [], requests: [], after: "closed" },
        { answers: [], requests: [{ cut: true }], after: "closed" },
      ],
    ),
    should("103 is passed on", "RFC 8297 §2", get("/"), passes({}, { interim: [103], body: "ok" }), {
      upstream: says(HINTS, { waitMs: 10 }, OK),
    }),
    should("several 103 are passed on", "RFC 8297 §2", get("/"), passes({}, { interim: [103, 103] }), {
      upstream: says(HINTS, HINTS, OK),
    }),
    must(
      "no 103 to HTTP/1.0",
      "RFC 9110 §15.2",
      OLD_HEAD,
      answered({ status: [200], interim: [], body: "ok" }),
      { upstream: says(HINTS, OK) },
    ),
    must("no 102 to HTTP/1.0", "RFC 9110 §15.2", OLD_HEAD, answered({ status: [200], interim: [] }), {
      upstream: says("HTTP/1.1 102 Processing\r\n\r\n", OK),
    }),
    should("102 is passed on", "RFC 9110 §15.2", get("/"), passes({}, { interim: [102] }), {
      upstream: says("HTTP/1.1 102 Processing\r\n\r\n", OK),
    }),
    must(
      "an unasked 100 is survived",
      "RFC 9110 §15.2",
      get("/"),
      [...passes({}, { interim: [], body: "ok" }), ...passes({}, { interim: [100], body: "ok" })],
      { upstream: says(CONTINUE, OK) },
    ),
    must(
      "an unknown interim answer is survived",
      "RFC 9110 §15.2",
      get("/"),
      [...passes({}, { interim: [199], body: "ok" }), ...passes({}, { interim: [], body: "ok" })],
      { upstream: says("HTTP/1.1 199 What\r\n\r\n", OK) },
    ),
    should("103 with a length is no framing", "RFC 9110 §8.6", get("/"), passes({}, { body: "ok" }), {
      upstream: says(answer("103 Early Hints", ["Content-Length: 5", "Link: </a>"]), OK),
    }),
    must(
      "interim answers and then nothing",
      "RFC 9110 §15.2",
      get("/"),
      [...answered({ status: [502] }), { answers: [], requests: [{}], after: "closed" }],
      { upstream: says(HINTS, { close: "end" }) },
    ),
  ],
};
