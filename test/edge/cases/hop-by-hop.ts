import { answer, answered, get, must, passes, refused, request, says, should } from "../building.ts";
import type { Topic } from "../edge-case.ts";

/** What a nomination must not take away: name → what is sent, and what must arrive. */
const NOT_TO_NOMINATE: Readonly<Record<string, RegExp>> = {
  Host: /^a$/,
  "X-Forwarded-For": /127\.0\.0\.1$/,
  "X-Forwarded-Proto": /^http$/,
  "X-Forwarded-Host": /^a$/,
  Via: /./,
};

const fromUpstream = (...fields: string[]) => ({
  upstream: says(answer("200 OK", [...fields, "Content-Length: 0"])),
});

export const hopByHop: Topic = {
  topic: "hop-by-hop",
  cases: [
    ...["Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: gzip", "Upgrade: foo/1"].map(
      (field) => {
        const name = field.split(":")[0]!.toLowerCase();
        return must(
          `${field} is not passed on`,
          "RFC 9110 §7.6.1",
          get("/", field),
          passes({ fields: { [name]: [] } }),
        );
      },
    ),
    must(
      "what Connection nominates is not passed on",
      "RFC 9110 §7.6.1",
      get("/", "Connection: X-A, x-b", "X-A: 1", "X-B: 2", "X-C: 3"),
      passes({ fields: { "x-a": [], "x-b": [], "x-c": ["3"] } }),
    ),
    must(
      "two Connection fields nominate",
      "RFC 9110 §7.6.1",
      get("/", "Connection: X-A", "X-A: 1", "Connection: X-B", "X-B: 2"),
      passes({ fields: { "x-a": [], "x-b": [] } }),
    ),
    must(
      "keep-alive and a nomination",
      "RFC 9110 §7.6.1",
      get("/", "Connection: keep-alive, X-A", "X-A: 1"),
      passes({ fields: { "x-a": [], connection: [/^(?!.*x-a)/i] } }).flatMap((outcome) => [
        outcome,
        { ...outcome, requests: [{ fields: { "x-a": [], connection: [] } }] },
      ]),
    ),
    must("close is said to the gateway only", "RFC 9112 §9.6", get("/", "Connection: close"), [
      { answers: [{ status: [200] }], requests: [{ line: "GET /" }], after: "closed" },
    ]),
    must("CLOSE in capitals among others", "RFC 9112 §9.6", get("/", "Connection: foo, CLOSE"), [
      { answers: [{ status: [200] }], requests: [{}], after: "closed" },
    ]),
    ...Object.entries(NOT_TO_NOMINATE).map(([name, value]) =>
      must(`${name} survives its nomination`, "RFC 9110 §7.6.1", get("/", `Connection: close, ${name}`), [
        { answers: [{ status: [200] }], requests: [{ fields: { [name.toLowerCase()]: [value] } }] },
        ...refused(400),
      ]),
    ),
    must(
      "Content-Length survives its nomination",
      "RFC 9110 §7.6.1",
      request("POST /", ["Connection: Content-Length", "Content-Length: 2"], "hi"),
      [...passes({ body: "hi" }), ...refused(400)],
    ),
    must(
      "Transfer-Encoding survives its nomination",
      "RFC 9110 §7.6.1",
      request(
        "POST /",
        ["Connection: Transfer-Encoding", "Transfer-Encoding: chunked"],
        "2\r\nhi\r\n0\r\n\r\n",
      ),
      [...passes({ body: "hi" }), ...refused(400)],
    ),
    should(
      "TE: trailers may pass, nothing else of TE",
      "RFC 9110 §10.1.4",
      get("/", "Connection: TE", "TE: trailers, deflate;q=0.5"),
      [...passes({ fields: { te: [] } }), ...passes({ fields: { te: ["trailers"] } })],
    ),
    ...[
      "Keep-Alive: timeout=5",
      "Proxy-Connection: keep-alive",
      "Upgrade: h2c",
      "Proxy-Authenticate: Basic",
    ].map((field) => {
      const name = field.split(":")[0]!.toLowerCase();
      return should(
        `an answer's ${field} is not passed on`,
        "RFC 9110 §7.6.1",
        get("/"),
        [[], [/^(?!timeout=5$)/]].flatMap((own) =>
          answered({ status: [200], fields: { [name]: name === "keep-alive" ? own : [] } }),
        ),
        fromUpstream(field),
      );
    }),
    must(
      "what an answer's Connection nominates is not passed on",
      "RFC 9110 §7.6.1",
      get("/"),
      answered({ status: [200], fields: { "x-a": [], "x-b": ["2"] } }),
      fromUpstream("Connection: X-A", "X-A: 1", "X-B: 2"),
    ),
    must(
      "an answer's close is said to the gateway only",
      "RFC 9112 §9.6",
      get("/"),
      passes({}, { body: "ok" }),
      {
        upstream: says(answer("200 OK", ["Connection: close", "Content-Length: 2"], "ok"), { close: "end" }),
      },
    ),
    must(
      "Content-Length survives an answer's nomination",
      "RFC 9110 §7.6.1",
      get("/"),
      passes({}, { body: "ok" }),
      { upstream: says(answer("200 OK", ["Connection: Content-Length", "Content-Length: 2"], "ok")) },
    ),
    must("Via is added", "RFC 9110 §7.6.3", get("/"), passes({ fields: { via: [/^1\.1 \S+$/] } })),
    must("Via is added behind another's", "RFC 9110 §7.6.3", get("/", "Via: 1.0 fred"), [
      ...passes({ fields: { via: ["1.0 fred", /^1\.1 \S+$/] } }),
      ...passes({ fields: { via: [/^1\.0 fred, 1\.1 \S+$/] } }),
    ]),
    should(
      "Via names the version that came",
      "RFC 9110 §7.6.3",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      answered({ status: [200] }, { fields: { via: [/^1\.0 \S+$/] } }),
    ),
    should("a loop is cut", "RFC 9110 §7.6.3", get("/", "Via: 1.1 edge, 1.1 banyan-test"), refused(400, 508)),
    should(
      "a name that only begins like ours is no loop",
      "RFC 9110 §7.6.3",
      get("/", "Via: 1.1 edges, 1.1 banyan-test-2"),
      passes({ line: "GET /" }),
    ),
    ...["OPTIONS", "TRACE"].flatMap((method) => [
      must(
        `${method} with Max-Forwards of 0 goes no further`,
        "RFC 9110 §7.6.2",
        request(`${method} /`, ["Max-Forwards: 0"]),
        [{ answers: [{ status: [200, 204, 400, 405, 501] }], requests: [] }],
      ),
      must(
        `${method} with Max-Forwards is counted down`,
        "RFC 9110 §7.6.2",
        request(`${method} /`, ["Max-Forwards: 5"]),
        [...passes({ line: `${method} /`, fields: { "max-forwards": ["4"] } }), ...refused(405, 501)],
      ),
    ]),
    should(
      "Max-Forwards on GET is left alone",
      "RFC 9110 §7.6.2",
      get("/", "Max-Forwards: 0"),
      passes({ fields: { "max-forwards": ["0"] } }),
    ),
    should(
      "HTTP/1.0 keeps its connection when it asks",
      "RFC 9112 §9.3",
      "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
      [
        {
          answers: [{ status: [200], fields: { connection: [/^keep-alive$/i] } }],
          requests: [{ line: "GET /" }],
          after: "open",
        },
      ],
    ),
    must(
      "HTTP/1.0 loses its connection when it does not",
      "RFC 9112 §9.3",
      "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
      [{ answers: [{ status: [200] }], requests: [{ line: "GET /" }], after: "closed" }],
    ),
  ],
};
