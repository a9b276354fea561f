import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

/** Does as `x-do` says. A write goes into the books (LEDGER) first, by its `x-id`. */
export async function handler({ headers, requestContext }: APIGatewayProxyEventV2): Promise<unknown> {
  const { method } = requestContext.http;
  const ledger = process.env["LEDGER"];
  if (method !== "GET" && ledger !== undefined) appendFileSync(ledger, `${headers["x-id"]}\n`);
  const [what, ms] = (headers["x-do"] ?? "answer").split(" ");
  if (what === "throw") throw new Error("as ordered");
  if (what === "wait") await pause(Number(ms));
  return {
    statusCode: 200,
    headers: { "content-type": "application/json", "x-side": "function" },
    body: '{"side":"legacy","ok":true}',
  };
}
