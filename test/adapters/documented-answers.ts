import type { Context } from "aws-lambda";
import { z } from "zod";
import type { Payload } from "../../gateway/routes/function-target.ts";
import { CONTEXT } from "../lambdas/invoke.ts";
import { answerOf, type Answer } from "./answers.ts";
import { documentedEvent } from "./documented-events.ts";
import type { TestRequest } from "./request.ts";

/** What an adapter makes of an app. */
export type Handler = (event: object, context: Context) => Promise<unknown>;

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Result = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), value).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(value)).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** What AWS says an answer is that does not say it itself. */
const UNTOLD_TYPE: Readonly<Record<Payload, string>> = {
  "2.0": "text/plain; charset=utf-8",
  "1.0": "application/json",
  alb: "application/octet-stream",
  "alb-multi-value": "application/octet-stream",
};

/** What the handler answers to the event that AWS documents for the request, read as AWS documents it; null when it throws. */
export async function askDirectly(
  handler: Handler,
  request: TestRequest,
  host: string,
  format: Payload,
): Promise<Answer | null> {
  const event = documentedEvent(request, host, format);
  const result = await handler(event, { ...CONTEXT }).catch(() => null);
  if (result === null) return null;
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = Result.parse(result);
  const lists = format === "2.0" ? {} : (multiValueHeaders ?? {});
  const pairs = [
    ...(format === "2.0" ? (cookies ?? []) : []).map((cookie) => ["set-cookie", cookie] as const),
    ...Object.entries(lists).flatMap(([name, values]) => values.map((one) => [name, one] as const)),
    ...Object.entries(headers ?? {}).filter(([name, one]) => lists[name]?.includes(one) !== true),
  ];
  const hasContent = statusCode !== 204 && statusCode !== 304;
  if (hasContent && !pairs.some(([name]) => name.toLowerCase() === "content-type"))
    pairs.push(["content-type", UNTOLD_TYPE[format]]);
  const bytes = Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8");
  const bodiless = request.method === "HEAD" || !hasContent;
  if (bodiless) return answerOf(statusCode, pairs, "");
  // Counted by whoever sends it, whatever the function claims.
  const others = pairs.filter(([name]) => name.toLowerCase() !== "content-length");
  const counted = ["content-length", String(bytes.length)] as const;
  return answerOf(statusCode, [...others, counted], bytes.toString("latin1"));
}
