import {
  answer,
  answered,
  badGateway,
  badGatewayOrRetried,
  cutShort,
  get,
  must,
  post,
  says,
  should,
} from "../building.ts";
import type { Step, Topic } from "../edge-case.ts";

const SIZED = answer("200 OK", ["Content-Length: 9"], "half");
const CHUNKED = answer("200 OK", ["Transfer-Encoding: chunked"], "4\r\nhalf\r\n");
const OLD_HEAD = "GET / HTTP/1.0\r\nHost: a\r\n\r\n";
const breaking = (...steps: Step[]) => ({ upstream: says(...steps) });

export const cutOffAnswers: Topic = {
  topic: "cut-off-answers",
  cases: [
    ...(["end", "reset"] as const).flatMap((close) => [
      must(
        `by length, then ${close}`,
        "RFC 9112 §8",
        get("/"),
        cutShort(close === "end" ? "half" : undefined),
        breaking(SIZED, { waitMs: 30 }, { close }),
      ),
      must(
        `in chunks, then ${close}`,
        "RFC 9112 §8",
        get("/"),
        cutShort(close === "end" ? "half" : undefined),
        breaking(CHUNKED, { waitMs: 30 }, { close }),
      ),
      must(
        `in chunks to HTTP/1.0, then ${close}`,
        "RFC 9112 §8",
        OLD_HEAD,
        cutShort(),
        breaking(CHUNKED, { waitMs: 30 }, { close }),
      ),
      must(
        `by length to HTTP/1.0, then ${close}`,
        "RFC 9112 §8",
        OLD_HEAD,
        cutShort(),
        breaking(SIZED, { waitMs: 30 }, { close }),
      ),
      must(
        `after the head alone, then ${close}`,
        "RFC 9112 §8",
        get("/"),
        [...cutShort(), ...badGateway()],
        breaking(answer("200 OK", ["Content-Length: 9"]), { waitMs: 30 }, { close }),
      ),
      must(
        `before the head, then ${close}`,
        "RFC 9110 §15.6.3",
        get("/"),
        badGatewayOrRetried(),
        breaking({ close }),
      ),
      must(
        `a write, before the head, then ${close}`,
        "RFC 9110 §9.2.2",
        post("/", ["Content-Length: 2"], "hi"),
        badGateway(),
        breaking({ close }),
      ),
      must(
        `within the head, then ${close}`,
        "RFC 9112 §8",
        get("/"),
        badGateway(),
        breaking("HTTP/1.1 200 OK\r\nContent-Le", { waitMs: 20 }, { close }),
      ),
    ]),
    must(
      "in the middle of a chunk",
      "RFC 9112 §8",
      get("/"),
      cutShort("ha"),
      breaking(answer("200 OK", ["Transfer-Encoding: chunked"], "4\r\nha"), { waitMs: 30 }, { close: "end" }),
    ),
    must(
      "in the middle of a chunk's size",
      "RFC 9112 §8",
      get("/"),
      cutShort(),
      breaking(
        answer("200 OK", ["Transfer-Encoding: chunked"], "4\r\nhalf\r\n1"),
        { waitMs: 30 },
        { close: "end" },
      ),
    ),
    must(
      "behind the last chunk, within trailers",
      "RFC 9112 §8",
      get("/"),
      cutShort(),
      breaking(
        answer("200 OK", ["Transfer-Encoding: chunked"], "4\r\nhalf\r\n0\r\nX-Su"),
        { waitMs: 30 },
        { close: "end" },
      ),
    ),
    must(
      "a body that ends by a reset",
      "RFC 9112 §8",
      get("/"),
      [...cutShort(), ...badGateway()],
      breaking(answer("200 OK", [], "half"), { waitMs: 30 }, { close: "reset" }),
    ),
    should(
      "an answer that stalls is cut",
      "RFC 9112 §8",
      get("/"),
      cutShort("half"),
      breaking(SIZED, { waitMs: 4_000 }),
    ),
    should(
      "chunks that stall are cut",
      "RFC 9112 §8",
      get("/"),
      cutShort("half"),
      breaking(CHUNKED, { waitMs: 4_000 }),
    ),
    should(
      "an upstream that says nothing gets 504",
      "RFC 9110 §15.6.5",
      get("/"),
      answered({ status: [504] }),
      breaking({ waitMs: 4_000 }),
    ),
    should(
      "an upstream that stalls within its head gets 504",
      "RFC 9110 §15.6.5",
      get("/"),
      answered({ status: [504] }),
      breaking("HTTP/1.1 200 OK\r\n", { waitMs: 4_000 }),
    ),
    must(
      "an answer that drips is whole",
      "RFC 9112 §7.1",
      get("/"),
      answered({ status: [200], body: "drips" }),
      breaking(
        answer("200 OK", ["Content-Length: 5"]),
        ..."drips".split("").flatMap((byte) => [{ waitMs: 60 }, byte]),
      ),
    ),
    should(
      "the first bytes do not wait for the last",
      "RFC 9110 §7.6",
      [get("/"), { until: "first" }, { close: "reset" }],
      [{ answers: [{ status: [200], cut: true, body: /first/ }], requests: [{}], after: "closed" }],
      breaking(
        answer("200 OK", ["Transfer-Encoding: chunked"]),
        "5\r\nfirst\r\n",
        { waitMs: 2_900 },
        "0\r\n\r\n",
      ),
    ),
    must(
      "a write that was cut off is not sent again",
      "RFC 9110 §9.2.2",
      [get("/warm"), { until: "GET /warm" }, post("/write", ["Content-Length: 2"], "hi")],
      [
        {
          answers: [{ status: [200] }, { status: [502] }],
          requests: [{ line: "GET /warm" }, { line: "POST /write", body: "hi" }],
        },
        {
          answers: [{ status: [200] }],
          requests: [{ line: "GET /warm" }, { line: "POST /write", body: "hi" }],
          after: "closed",
        },
      ],
      {
        upstream: [
          { on: "whole", steps: [answer("200 OK", ["Content-Length: 9"], "GET /warm")] },
          { on: "whole", steps: [{ close: "reset" }] },
        ],
      },
    ),
  ],
};
