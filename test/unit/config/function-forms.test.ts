import { describe, expect, it } from "vitest";
import { configOf, fileWith, problemsOf } from "./load-text.ts";

const file = (functionText: string, more = "") =>
  fileWith(`a:\n  match: { path: /a }\n  function: ${functionText}\n  ${more}\n`);
const functionOf = (text: string) => configOf(file(text)).routes[0]!.function;
const said = (text: string, more = "") =>
  problemsOf(file(text, more)).map(({ rule, at, message, hint }) => `${rule} ${at}: ${message} (${hint})`);

describe("a function of Lambda", () => {
  it("may say whose events it was written for, quoted or not", () => {
    expect(functionOf('{ lambda: f, payload: "1.0" }')).toMatchObject({ events: { payload: "1.0" } });
    expect(functionOf("{ lambda: f, payload: 1.0 }")).toMatchObject({ events: { payload: "1.0" } });
    expect(functionOf("{ lambda: f, payload: 2.0 }")).toMatchObject({ events: { payload: "2.0" } });
    expect(functionOf("{ lambda: f, payload: alb }")).toMatchObject({ events: { payload: "alb" } });
  });

  it("may have an authorizer, stage variables and a route key", () => {
    const text =
      '{ lambda: f, routeKey: "GET /a", stageVariables: { t: x }, authorizer: { context: { a: b }, claimsFrom: "header:X-Claims" } }';
    expect(functionOf(text)).toMatchObject({
      events: {
        routeKey: "GET /a",
        stageVariables: { t: "x" },
        authorizer: { context: { a: "b" }, claimsHeader: "x-claims" },
      },
    });
  });

  it("may be kept warm", () => {
    expect(functionOf("{ lambda: f, keepWarm: { concurrency: 3, every: 4m } }")).toMatchObject({
      keepWarm: { concurrency: 3, everyMs: 240_000 },
    });
  });
});

describe("a function that speaks HTTP", () => {
  it.each([
    ["", { kind: "none" }],
    [", auth: { aws: { region: eu-central-1 } }", { kind: "aws", service: "lambda", region: "eu-central-1" }],
    [
      ", auth: { google: { audience: https://a.run.app } }",
      { kind: "google", audience: "https://a.run.app" },
    ],
    [", auth: { headers: { x-functions-key: k } }", { kind: "headers", headers: ["x-functions-key", "k"] }],
  ])("has a URL, and says who we are: %s", (more, auth) => {
    expect(functionOf(`{ url: "https://f.example.com/base/"${more} }`)).toMatchObject({
      kind: "web",
      url: "https://f.example.com/base",
      auth,
      preserveHost: false,
    });
  });
});

describe("a mistake in a function", () => {
  it.each([
    ["{ lamda: f }", "BYN1009 routes.a.function.lamda", "did you mean `lambda`?"],
    ["{}", "BYN1009 routes.a.function", "write for example"],
    ["{ lambda: f, url: http://x }", "BYN1004 routes.a.function.url", "does not go with the other keys"],
    ["{ lambda: f, strem: true }", "BYN1004 routes.a.function.strem", "did you mean `stream`?"],
    ["{ lambda: f, payload: 3.0 }", "BYN1006 routes.a.function.payload", "one of 2.0, 1.0, alb"],
    ['{ url: "http://x/?q" }', "BYN1006 routes.a.function.url", "no query and no credentials"],
    [
      "{ url: http://x, auth: { aws: {} } }",
      "BYN1005 routes.a.function.auth.aws.region",
      "`region` is missing",
    ],
    [
      "{ url: http://x, auth: { gogle: {} } }",
      "BYN1005 routes.a.function.auth.gogle",
      "did you mean `google`?",
    ],
  ])("%s is told in the words of what was meant", (text, where, words) => {
    const problems = said(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(where);
    expect(problems[0]).toContain(words);
  });
});

describe("rules for an answer's header", () => {
  it("are kept in their order", () => {
    const more =
      "answerHeaders: [ { remove: X-Powered-By }, { set: Cache-Control, to: no-store }, { replace: location, from: http://f, to: '' } ]";
    expect(configOf(file("{ lambda: f }", more)).routes[0]!.answerHeaders).toEqual([
      { kind: "remove", name: "x-powered-by" },
      { kind: "set", name: "cache-control", value: "no-store" },
      { kind: "replace", name: "location", from: "http://f", to: "" },
    ]);
  });

  it("leave alone what belongs to the connection", () => {
    expect(said("{ lambda: f }", "answerHeaders: [ { set: Content-Length, to: '1' } ]")[0]).toContain(
      "belongs to the connection",
    );
  });

  it("cannot split an answer", () => {
    expect(said("{ lambda: f }", 'answerHeaders: [ { set: a, to: "b\\r\\nc" } ]')[0]).toContain(
      "printable ASCII",
    );
  });
});
