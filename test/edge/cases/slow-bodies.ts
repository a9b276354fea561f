import { chunked, get, must, OK, passes, post, saysAtOnce, should } from "../building.ts";
import type { Outcome, Step, Topic } from "../edge-case.ts";

/** Cut by the gateway: the client hears why or nothing, and the upstream sees that the request broke off. */
const cut = (...status: number[]): Outcome[] =>
  [[], [{ cut: true }]].flatMap((requests) => [
    { answers: [{ status }], requests, after: "closed" as const },
    { answers: [], requests, after: "closed" as const },
  ]);
const said = (status: number): Outcome[] =>
  [[], [{ cut: true }]].map((requests) => ({
    answers: [{ status: [status] }],
    requests,
    after: "closed" as const,
  }));
const drip = (bytes: string, waitMs: number): Step[] => bytes.split("").flatMap((byte) => [{ waitMs }, byte]);

export const slowBodies: Topic = {
  topic: "slow-bodies",
  cases: [
    must(
      "a body that stops is cut",
      "RFC 9110 §15.5.9",
      post("/", ["Content-Length: 9"], "half"),
      cut(400, 408, 504),
    ),
    should(
      "a body that stops gets 408",
      "RFC 9110 §15.5.9",
      post("/", ["Content-Length: 9"], "half"),
      said(408),
    ),
    must("chunks that stop are cut", "RFC 9110 §15.5.9", chunked("4\r\nhalf\r\n"), cut(400, 408, 504)),
    should("chunks that stop get 408", "RFC 9110 §15.5.9", chunked("4\r\nhalf\r\n"), said(408)),
    should(
      "a body that drips for ever is cut",
      "CVE-2011-3192 kin: slow POST (R.U.D.Y.)",
      [post("/", ["Content-Length: 900"], ""), ...drip("x".repeat(12), 200)],
      cut(400, 408),
    ),
    should(
      "chunks that drip for ever are cut",
      "slow POST (R.U.D.Y.)",
      [chunked(""), ...Array.from({ length: 12 }, () => [{ waitMs: 200 }, "1\r\nx\r\n"]).flat()],
      cut(400, 408),
    ),
    must(
      "a body that pauses is whole",
      "RFC 9112 §6.2",
      [post("/", ["Content-Length: 8"], "half"), { waitMs: 400 }, "half"],
      passes({ body: "halfhalf" }),
    ),
    must(
      "a body that is slow but moves is whole",
      "RFC 9112 §6.2",
      [
        post("/", ["Content-Length: 40000"], ""),
        ...Array.from({ length: 10 }, () => [{ waitMs: 150 }, "x".repeat(4_000)]).flat(),
      ],
      passes({ body: "x".repeat(40_000) }),
    ),
    must(
      "what comes one byte at a time is one request",
      "RFC 9112 §2.2",
      get("/slow")
        .split("")
        .flatMap((byte) => [byte, { waitMs: 1 }]),
      passes({ line: "GET /slow" }),
    ),
    must(
      "an upload that the upstream answers early does not wait for its end",
      "RFC 9112 §9.3",
      [post("/", ["Content-Length: 9"], "half"), { until: "ok" }],
      [{ answers: [{ status: [200], body: "ok" }], requests: [{ cut: true }], after: "closed" }],
      { upstream: saysAtOnce({ until: "half" }, OK) },
    ),
    must(
      "an upload begins upstream before it is whole, or is whole at once",
      "RFC 9110 §7.6",
      [post("/", ["Content-Length: 8"], "half"), { waitMs: 100 }, "half"],
      passes({ body: "halfhalf" }),
    ),
    must(
      "a fast upload to a slow reader is whole",
      "RFC 9112 §6.2",
      post("/", ["Content-Length: 600000"], "x".repeat(600_000)),
      passes({ body: "x".repeat(600_000) }),
    ),
  ],
};
