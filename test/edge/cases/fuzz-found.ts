import { answered, get, must, post, request, says, answer } from "../building.ts";
import type { Topic } from "../edge-case.ts";

const latin = request(
  "POST /function/x",
  ["Expect: 100-continue", "X-A: caf\xe9", "Content-Length: 2"],
  "hi",
);
const slow = says({ waitMs: 100 }, answer("200 OK", ["Content-Length: 4"], "slow"));

/** What generated conversations have found (`npm run fuzz:edge`), each as small as it could be made. */
export const fuzzFound: Topic = {
  topic: "fuzz-found",
  cases: [
    must(
      "bytes beyond ASCII beside an expectation",
      "Node http: the head of an expectation is sent as UTF-8",
      latin,
      answered({ status: [200] }, { side: "function", body: "hi", fields: { "x-a": ["caf\xe9"] } }),
    ),
    must(
      "whole requests before a last one get their answers, whatever follows",
      "Node http: HPE_CLOSED_CONNECTION in clientError",
      get("/a") + get("/b", "Connection: close") + get("/c"),
      [
        {
          answers: [
            { status: [200], body: "slow" },
            { status: [200], body: "GET /b" },
          ],
          requests: [{ line: "GET /a" }, { line: "GET /b" }],
          after: "closed",
        },
      ],
      { upstream: slow },
    ),
    must(
      "an answer on its way outlives a broken request behind it",
      "RFC 9112 §9.3.2",
      get("/a") + post("/b", ["Transfer-Encoding: chunked"], "x\r\n"),
      [{ answers: [{ status: [200], body: "slow" }], requests: [{ line: "GET /a" }], after: "closed" }],
      { upstream: slow },
    ),
  ],
};
