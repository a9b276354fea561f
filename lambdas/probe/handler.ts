import { setTimeout as pause } from "node:timers/promises";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { journal } from "../shop/journal.ts";

/**
 * A test subject, no part of the shop: the request says how it shall behave, in the header `x-probe` or the query
 * `probe`, with `x-probe-n` or `n` as its number. With SHOP_DB set, every invocation is in the journal, before
 * anything else happens, under its Idempotency-Key or else its raw path. It is not async, so that it can throw at once.
 */
export const handler = (event: APIGatewayProxyEventV2, context: Context): unknown => {
  const { headers, queryStringParameters: query } = event;
  if (process.env["SHOP_DB"] !== undefined) journal("probe", headers["idempotency-key"] ?? event.rawPath);
  const name = headers["x-probe"] ?? query?.["probe"] ?? "ok";
  const n = Number(headers["x-probe-n"] ?? query?.["n"] ?? 0);
  const behave = BEHAVIOURS.get(name);
  if (behave === undefined)
    return { statusCode: 400, body: `No such probe. There are: ${[...BEHAVIOURS.keys()].join(", ")}\n` };
  return behave(n, event, context);
};

const BECAUSE = "thrown because the request said so";

type Behaviour = (n: number, event: APIGatewayProxyEventV2, context: Context) => unknown;

const BEHAVIOURS = new Map<string, Behaviour>([
  ["ok", (_, event, context) => ok({ event, version: context.functionVersion })],
  // Failures of the invocation.
  ["throw", () => Promise.reject(new Error(BECAUSE))],
  ["throw-at-once", () => rethrow()],
  ["throw-later", () => (setImmediate(rethrow), pause(1_000))],
  ["throw-after", (n) => (setTimeout(rethrow, n), ok({ throwsInMs: n }))],
  ["reject-unheard", () => (void Promise.reject(new Error(BECAUSE)), pause(1_000))],
  ["exit", (n) => process.exit(n)],
  ["kill", () => (process.kill(process.pid, "SIGKILL"), pause(1_000))],
  ["hang", (n) => pause(n === 0 ? 900_000 : n).then(() => ok({ waitedMs: n }))],
  ["spin", (n) => (spin(n), ok({ spunMs: n }))],
  // What cannot be written as JSON, or as nothing but null.
  ["bigint", () => 1n],
  ["bigint-within", () => ({ statusCode: 200, body: 1n })],
  ["circular", () => circular()],
  ["unprintable", () => ({ toJSON: rethrow })],
  ["undefined", () => undefined],
  ["function", () => rethrow],
  // Answers that are none, or not quite; `json` returns what `x-probe-json` says.
  ["json", (_, { headers }) => JSON.parse(headers["x-probe-json"] ?? "null") as unknown],
  ["null", () => null],
  ["string", () => "only a string"],
  ["object", () => ({ no: "statusCode" })],
  ["rubbish", () => ({ statusCode: "banana", headers: [], body: { not: "text" } })],
  ["bad-base64", () => ({ statusCode: 200, isBase64Encoded: true, body: "***" })],
  ["bad-header", () => ({ statusCode: 200, headers: { "x-split": "a\r\nset-cookie: b=c" }, body: "" })],
  // Answers that are fine.
  ["status", (n) => ({ statusCode: n, body: `status ${n}\n` })],
  ["big", (n) => ({ statusCode: 200, headers: { "content-type": "text/plain" }, body: "x".repeat(n) })],
  ["cookies", () => ({ statusCode: 200, cookies: ["a=1; Path=/", "b=2; HttpOnly"], body: "" })],
]);

function ok(body: object) {
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function rethrow(): never {
  throw new Error(BECAUSE);
}

function circular(): object {
  const answer: { statusCode: number; self?: unknown } = { statusCode: 200 };
  answer.self = answer;
  return answer;
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
