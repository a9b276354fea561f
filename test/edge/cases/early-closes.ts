import {
  answer,
  chunked,
  get,
  must,
  OK,
  post,
  request,
  says,
  saysAtOnce,
  should,
  sized,
} from "../building.ts";
import type { Outcome, Topic } from "../edge-case.ts";

/** The client is gone: it hears nothing, and the upstream saw at most a request that broke off. */
const gone: Outcome[] = [
  { answers: [], requests: [], after: "closed" },
  { answers: [], requests: [{ cut: true }], after: "closed" },
  { answers: [{ status: [400, 408, 499] }], requests: [], after: "closed" },
  { answers: [{ status: [400, 408, 499] }], requests: [{ cut: true }], after: "closed" },
];
const goneBehind: Outcome[] = [{ answers: [], requests: [{}], after: "closed" }];

export const earlyCloses: Topic = {
  topic: "early-closes",
  cases: [
    ...(["end", "reset"] as const).flatMap((close) => [
      must(
        `a client within its head: ${close}`,
        "RFC 9112 §8",
        ["GET / HTTP/1.1\r\nHo", { waitMs: 20 }, { close }],
        gone,
      ),
      must(
        `a client within its body: ${close}`,
        "RFC 9112 §8",
        [post("/", ["Content-Length: 9"], "half"), { waitMs: 30 }, { close }],
        gone,
      ),
      must(
        `a client within its chunks: ${close}`,
        "RFC 9112 §8",
        [chunked("4\r\nhalf\r\n"), { waitMs: 30 }, { close }],
        gone,
      ),
      must(
        `a client within a chunk's size: ${close}`,
        "RFC 9112 §8",
        [chunked("4\r\nhalf\r\n1"), { waitMs: 30 }, { close }],
        gone,
      ),
      must(
        `a client before its body: ${close}`,
        "RFC 9112 §8",
        [post("/", ["Content-Length: 9"], ""), { waitMs: 30 }, { close }],
        gone,
      ),
    ]),
    must(
      "a client that resets before the answer",
      "RFC 9112 §9.5",
      [get("/"), { waitMs: 30 }, { close: "reset" }],
      goneBehind,
      { upstream: says({ waitMs: 100 }, OK) },
    ),
    must(
      "a client that resets within the answer",
      "RFC 9112 §9.5",
      [get("/"), { until: "half" }, { close: "reset" }],
      [{ answers: [{ status: [200], cut: true }], requests: [{}], after: "closed" }],
      { upstream: says(answer("200 OK", ["Content-Length: 9"], "half"), { waitMs: 100 }, "other") },
    ),
    must(
      "a client that closes its half behind its request",
      "RFC 9112 §9.6",
      [get("/"), { close: "end" }],
      [
        { answers: [{ status: [200], body: "GET /" }], requests: [{}], after: "closed" },
        ...goneBehind,
        ...gone,
      ],
    ),
    must(
      "an answer before the body is whole",
      "RFC 9112 §9.3",
      [post("/", ["Content-Length: 9"], "half"), { until: "413" }, "other"],
      [
        { answers: [{ status: [413], body: "no" }], requests: [{}] },
        { answers: [{ status: [413], body: "no" }], requests: [{ cut: true }] },
      ],
      { upstream: saysAtOnce(answer("413 Too Much", ["Content-Length: 2"], "no")) },
    ),
    must(
      "an answer and a close before the body is whole",
      "RFC 9112 §9.6",
      [post("/", ["Content-Length: 9"], "half"), { until: "413" }, "other"],
      [
        { answers: [{ status: [413], body: "no" }], requests: [{ cut: true }] },
        { answers: [{ status: [502] }], requests: [{ cut: true }] },
      ],
      {
        upstream: saysAtOnce(
          answer("413 Too Much", ["Content-Length: 2", "Connection: close"], "no"),
          { waitMs: 30 },
          { close: "end" },
        ),
      },
    ),
    should(
      "an answer and a close before a large body is read reach the client",
      "RFC 9112 §9.6",
      sized("x".repeat(900_000)),
      [
        { answers: [{ status: [413], body: "no" }], requests: [{ cut: true }] },
        { answers: [{ status: [413], body: "no" }], requests: [{}] },
      ],
      {
        upstream: saysAtOnce(
          answer("413 Too Much", ["Content-Length: 2", "Connection: close"], "no"),
          { waitMs: 30 },
          { close: "end" },
        ),
      },
    ),
    must(
      "an upstream that closes after each answer",
      "RFC 9112 §9.6",
      [get("/a"), { until: "one" }, get("/b"), { until: "two" }],
      [
        {
          answers: [
            { status: [200], body: "one" },
            { status: [200], body: "two" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
          after: "open",
        },
      ],
      {
        upstream: ["one", "two"].map(
          (body) => says(answer("200 OK", ["Content-Length: 3"], body), { close: "end" })[0]!,
        ),
      },
    ),
    should(
      "an upstream that has closed its idle connection is asked anew",
      "RFC 9112 §9.3.1",
      [get("/a"), { until: "GET /a" }, { waitMs: 40 }, get("/b")],
      [
        {
          answers: [
            { status: [200], body: "GET /a" },
            { status: [200], body: "GET /b" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
          after: "open",
        },
      ],
      { upstream: says(answer("200 OK", ["Content-Length: 6"], "GET /a"), { waitMs: 10 }, { close: "end" }) },
    ),
    must(
      "a write on a connection that was closed meanwhile runs once or not at all",
      "RFC 9110 §9.2.2",
      [get("/a"), { until: "GET /a" }, post("/b", ["Content-Length: 2"], "hi")],
      [
        {
          answers: [{ status: [200] }, { status: [200], body: "POST /b" }],
          requests: [{}, { line: "POST /b", body: "hi" }],
        },
        { answers: [{ status: [200] }, { status: [502] }], requests: [{}] },
        { answers: [{ status: [200] }], requests: [{}], after: "closed" },
      ],
      { upstream: says(answer("200 OK", ["Content-Length: 6"], "GET /a"), { close: "end" }) },
    ),
    must(
      "HEAD and a client that resets",
      "RFC 9112 §9.5",
      [request("HEAD /"), { waitMs: 20 }, { close: "reset" }],
      goneBehind,
      { methods: ["HEAD"], upstream: says({ waitMs: 100 }, OK) },
    ),
  ],
};
