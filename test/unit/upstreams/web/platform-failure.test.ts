import { describe, expect, it } from "vitest";
import { functionHost } from "../../../../gateway/upstreams/web/function-host.ts";
import {
  bodyWouldTell,
  platformFailure,
  type AnswerHead,
} from "../../../../gateway/upstreams/web/platform-failure.ts";
import { HOST_ANSWERS, type HostAnswer } from "./host-answers.ts";

const hostOf = (url: string) => functionHost({ url, auth: { kind: "none" } });
const headOf = ({ status, reason = "", headers }: HostAnswer): AnswerHead => ({ status, reason, headers });
const known = (of: string) => HOST_ANSWERS.find((answer) => answer.of === of)!;

describe("an answer that the host gave in its function's place", () => {
  it.each(HOST_ANSWERS.map((answer) => [answer.of, answer] as const))("is told: %s", (_of, answer) => {
    const failure = platformFailure(headOf(answer), answer.body, hostOf(answer.url));
    expect(failure).toMatchObject({ kind: answer.kind, phase: answer.phase });
    expect(failure?.message).toMatch(new RegExp(`^${answer.status}: \\w`));
  });

  it.each(HOST_ANSWERS.map((answer) => [answer.of, answer] as const))(
    "is told of a HEAD only where the head is enough: %s",
    (_of, answer) => {
      const failure = platformFailure(headOf(answer), null, hostOf(answer.url));
      expect(failure?.kind).toBe(answer.byHead === true ? answer.kind : undefined);
    },
  );

  const certain = HOST_ANSWERS.filter(({ phase }) => phase === "not-started");
  const phaseAt = (answer: HostAnswer, url: string, headers = answer.headers) =>
    platformFailure({ ...headOf(answer), headers }, answer.body, hostOf(url))?.phase ?? "its own";

  it.each(certain.map((answer) => [answer.of, answer] as const))(
    "lets nobody else answer a write when a function on another host passed it on: %s",
    (_of, answer) => {
      expect(phaseAt(answer, "https://functions.example.com")).toBe("its own");
      expect(phaseAt(answer, "https://faas.example.com/function/another")).toBe("its own");
    },
  );

  it.each(
    certain.filter(({ url }) => url.includes("lambda-url")).map((answer) => [answer.of, answer] as const),
  )(
    "lets nobody else answer a write when an execution passed it on, which Lambda marks itself: %s",
    (_of, answer) => {
      const ran = [...answer.headers, "X-Amzn-Trace-Id", "Root=1-6858764a-5c96ac04"];
      expect(phaseAt(answer, answer.url, ran)).toBe("its own");
    },
  );

  it.each<[string, string, number, readonly string[], string]>([
    [
      "a function's own 403",
      "https://abc.lambda-url.eu-central-1.on.aws",
      403,
      [],
      '{"Message":"Forbidden"}',
    ],
    [
      "API Gateway's 429",
      "https://abc.execute-api.eu-central-1.amazonaws.com",
      429,
      ["x-amzn-ErrorType", "TooManyRequestsException", "x-amzn-RequestId", "1"],
      '{"message":"Too Many Requests"}',
    ],
    [
      "a function's own 502",
      "https://abc.lambda-url.eu-central-1.on.aws",
      502,
      ["Content-Type", "text/plain", "x-amzn-RequestId", "1"],
      "Internal Server Error",
    ],
    [
      "a service's own 403",
      "https://orders-abc.a.run.app",
      403,
      ["Content-Type", "text/html"],
      "<h1>Not yours</h1>",
    ],
    [
      "a service's own 401",
      "https://orders-abc.a.run.app",
      401,
      ["WWW-Authenticate", 'Bearer realm="shop"'],
      "",
    ],
    ["a service's own 429", "https://orders-abc.a.run.app", 429, [], "Rate exceeded."],
    [
      "the empty 401 of Azure, which a function gives as well",
      "https://orders.azurewebsites.net",
      401,
      [],
      "",
    ],
    ["a function's own 403 on Azure", "https://orders.azurewebsites.net", 403, [], ""],
    [
      "an OpenFaaS function's own 404",
      "https://faas.example.com/function/orders",
      404,
      [],
      "error finding function ordersx: no",
    ],
    [
      "an OpenFaaS function's own 503",
      "https://faas.example.com/function/orders",
      503,
      [],
      "No endpoints available for: orders.",
    ],
    ["a Worker's own 500", "https://orders.team.workers.dev", 500, ["CF-RAY", "1"], "error code 1101"],
    [
      "a Worker's own redirect",
      "https://orders.team.workers.dev",
      302,
      ["CF-RAY", "1", "Location", "/login"],
      "",
    ],
    ["a 200 with any words", "https://orders.team.workers.dev", 200, ["CF-RAY", "1"], "error code: 1101"],
  ])("is not %s", (_what, url, status, headers, body) => {
    expect(platformFailure({ status, reason: "", headers }, body, hostOf(url))).toBeUndefined();
  });
});

describe("a body", () => {
  it("is looked at only where the head leaves it open", () => {
    const throttled = known("a Function URL whose function is throttled");
    expect(bodyWouldTell(headOf(throttled), hostOf(throttled.url))).toBe(true);
    expect(bodyWouldTell({ status: 429, reason: "", headers: [] }, hostOf(throttled.url))).toBe(false);
    expect(bodyWouldTell({ ...headOf(throttled), status: 200 }, hostOf(throttled.url))).toBe(false);
    const stopped = known("Azure, where the app is stopped");
    expect(bodyWouldTell(headOf(stopped), hostOf(stopped.url))).toBe(false);
  });
});

describe("a function's host", () => {
  it.each([
    ["https://abc.lambda-url.eu-central-1.on.aws", { kind: "none" }, "lambda-url", null],
    ["https://orders.example.com", { kind: "aws", service: "lambda", region: "x" }, "lambda-url", null],
    ["https://orders.example.com", { kind: "aws", service: "execute-api", region: "x" }, "other", null],
    ["https://orders-abc.a.run.app", { kind: "none" }, "cloud-run", null],
    ["https://europe-west1-shop.cloudfunctions.net/orders", { kind: "none" }, "cloud-run", null],
    ["https://orders.example.com", { kind: "google", audience: "https://x.a.run.app" }, "cloud-run", null],
    ["https://orders.azurewebsites.net/api", { kind: "headers", headers: [] }, "azure-functions", null],
    ["http://gateway.openfaas:8080/function/orders", { kind: "none" }, "openfaas", "orders"],
    [
      "http://gateway:8080/function/orders.openfaas-fn/v1",
      { kind: "none" },
      "openfaas",
      "orders.openfaas-fn",
    ],
    ["https://evil-lambda-url.example.com", { kind: "none" }, "other", null],
    ["https://run.app.example.com", { kind: "none" }, "other", null],
  ] as const)("behind %s with %o is %s", (url, auth, platform, openFaasName) => {
    expect(functionHost({ url, auth })).toEqual({ platform, openFaasName });
  });
});
