import { setTimeout as pause } from "node:timers/promises";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { journal } from "../shop/journal.ts";

/**
 * A test subject, no part of the shop: the request says how it shall behave, in the header `x-probe` or the query
 * `probe`, with `x-probe-n` or `n` as its number. With SHOP_DB set, every invocation is in the journal, before
 * anything else happens, under its Idempotency-Key or else its raw path.
 */
export const handler = async (event: APIGatewayProxyEventV2, context: Context): Promise<unknown> => {
  const { headers, queryStringParameters: query } = event;
  if (process.env["SHOP_DB"] !== undefined) journal("probe", headers["idempotency-key"] ?? event.rawPath);
  const name = headers["x-probe"] ?? query?.["probe"] ?? "ok";
  const n = Number(headers["x-probe-n"] ?? query?.["n"] ?? 0);
  const behave = BEHAVIOURS.get(name);
  if (behave === undefined)
    return { statusCode: 400, body: `No such probe. There are: ${[...BEHAVIOURS.keys()].join(", ")}\n` };
  return behave(n, event, context);
};

type Behaviour = (n: number, event: APIGatewayProxyEventV2, context: Context) => unknown;

const BEHAVIOURS = new Map<string, Behaviour>([
  ["ok", (_, event, context) => ok({ event, version: context.functionVersion })],
  // Failures of the invocation.
  ["throw", () => Promise.reject(new Error("thrown because the request said so"))],
  ["throw-later", () => (setImmediate(rethrow), pause(1_000))],
  ["exit", (n) => process.exit(n)],
  ["hang", (n) => pause(n === 0 ? 900_000 : n).then(() => ok({ waitedMs: n }))],
  ["spin", (n) => (spin(n), ok({ spunMs: n }))],
  // Answers that are none, or not quite.
  ["undefined", () => undefined],
  ["null", () => null],
  ["bigint", () => 1n],
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
  throw new Error("thrown outside of the handler because the request said so");
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
