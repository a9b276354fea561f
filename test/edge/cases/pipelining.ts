import { answer, get, must, OK, post, request, says, should, sized } from "../building.ts";
import type { AnswerExpected, RequestExpected, Topic } from "../edge-case.ts";

const all = (
  lines: readonly string[],
  requests: readonly RequestExpected[] = lines.map((line) => ({ line })),
) => [
  {
    answers: lines.map((body): AnswerExpected => ({ status: [200], body })),
    requests,
    after: "open" as const,
  },
];
const slowly = (body: string) =>
  says({ waitMs: 150 }, answer("200 OK", [`Content-Length: ${body.length}`], body))[0]!;

/** Where requests are handled at once, the upstream sees the second before the first is answered, and so the wrong order of bodies is told by the script. */
export const pipelining: Topic = {
  topic: "pipelining",
  cases: [
    must("two requests in one packet", "RFC 9112 §9.3.2", get("/a") + get("/b"), all(["GET /a", "GET /b"])),
    must(
      "ten requests in one packet",
      "RFC 9112 §9.3.2",
      Array.from({ length: 10 }, (_, i) => get(`/${i}`)).join(""),
      all(Array.from({ length: 10 }, (_, i) => `GET /${i}`)),
    ),
    must(
      "answers in the order of requests",
      "RFC 9112 §9.3.2",
      get("/slow") + get("/fast"),
      all(["slow", "GET /fast"], [{ line: "GET /slow" }, { line: "GET /fast" }]),
      { upstream: [slowly("slow")] },
    ),
    must(
      "bodies stay with their requests",
      "RFC 9112 §9.3.2",
      post("/a", ["Content-Length: 2"], "11") +
        post("/b", ["Transfer-Encoding: chunked"], "2\r\n22\r\n0\r\n\r\n") +
        get("/c"),
      all(
        ["POST /a", "POST /b", "GET /c"],
        [
          { line: "POST /a", body: "11" },
          { line: "POST /b", body: "22" },
          { line: "GET /c", body: "" },
        ],
      ),
    ),
    must(
      "an unsafe request waits for the one before it",
      "RFC 9112 §9.3.2",
      sized("11") + post("/second", ["Content-Length: 2"], "22"),
      [
        {
          answers: [{ status: [500] }, { status: [200], body: "POST /second" }],
          requests: [
            { line: "POST /", body: "11" },
            { line: "POST /second", body: "22" },
          ],
        },
        { answers: [{ status: [500] }], requests: [{ line: "POST /" }], after: "closed" },
      ],
      { upstream: says({ waitMs: 200 }, answer("500 No", ["Content-Length: 0"])) },
    ),
    must(
      "nothing runs behind an unsafe request that is not answered",
      "RFC 9112 §9.3.2",
      [sized("11") + get("/second"), { waitMs: 150 }, { close: "reset" }],
      [{ answers: [], requests: [{ line: "POST /" }], after: "closed" }],
      { upstream: says({ waitMs: 600 }, OK) },
    ),
    must(
      "HEAD and then GET",
      "RFC 9112 §6.3",
      request("HEAD /a") + get("/b"),
      all(["", "GET /b"], [{ line: "HEAD /a" }, { line: "GET /b" }]),
      { methods: ["HEAD", "GET"] },
    ),
    must("close ends the line", "RFC 9112 §9.6", get("/a", "Connection: close") + get("/b"), [
      { answers: [{ status: [200], body: "GET /a" }], requests: [{ line: "GET /a" }], after: "closed" },
    ]),
    must("a bad request behind a good one", "RFC 9112 §9.3.2", get("/a") + "BAD\r\n\r\n", [
      { answers: [{ status: [200], body: "GET /a" }], requests: [{ line: "GET /a" }], after: "closed" },
      {
        answers: [{ status: [200], body: "GET /a" }, { status: [400] }],
        requests: [{ line: "GET /a" }],
        after: "closed",
      },
    ]),
    should("a refused target behind a good one", "RFC 9112 §9.3.2", get("/a") + get("/x y"), [
      {
        answers: [{ status: [200], body: "GET /a" }, { status: [400] }],
        requests: [{ line: "GET /a" }],
        after: "closed",
      },
      { answers: [{ status: [200], body: "GET /a" }], requests: [{ line: "GET /a" }], after: "closed" },
    ]),
    must(
      "a client that has sent all and closes its half",
      "RFC 9112 §9.6",
      [get("/a") + get("/b"), { close: "end" }],
      [
        {
          answers: [
            { status: [200], body: "GET /a" },
            { status: [200], body: "GET /b" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
          after: "closed",
        },
        // Some take a closed half for a client that is gone.
        { answers: [{ status: [200], body: "GET /a" }], requests: [{ line: "GET /a" }], after: "closed" },
        { answers: [], requests: [{ line: "GET /a" }], after: "closed" },
        { answers: [], requests: [], after: "closed" },
      ],
    ),
    must(
      "what a lost upstream owes is not paid by the next answer",
      "RFC 9112 §9.3.2",
      get("/a") + get("/b"),
      [
        {
          answers: [{ status: [502] }, { status: [200], body: "GET /b" }],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
        },
        {
          answers: [
            { status: [200], body: "GET /a" },
            { status: [200], body: "GET /b" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /a" }, { line: "GET /b" }],
        },
        { answers: [{ status: [502] }], requests: [{ line: "GET /a" }], after: "closed" },
        { answers: [], requests: [{ line: "GET /a" }], after: "closed" },
      ],
      { upstream: says({ close: "reset" }) },
    ),
    must(
      "an answer cut short ends the line",
      "RFC 9112 §9.3.2",
      get("/a") + get("/b"),
      [{ answers: [{ status: [200], cut: true }], requests: [{ line: "GET /a" }], after: "closed" }],
      { upstream: says(answer("200 OK", ["Content-Length: 9"], "half"), { waitMs: 10 }, { close: "end" }) },
    ),
    should("1,200 requests in one packet harm nobody", "CWE-770", get("/").repeat(1_200), [
      ...all(Array.from({ length: 1_200 }, () => "GET /")),
      ...[[], [{}], [{ cut: true }]].map((requests) => ({ answers: [], requests, after: "closed" as const })),
    ]),
  ],
};
