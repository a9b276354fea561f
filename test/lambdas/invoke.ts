import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { z } from "zod";
import type { Asked } from "../legacy-mock/ask.ts";

/** What every buffered function is to the platform. */
export type FunctionHandler = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;

/** An answer, as a client would see it. */
export interface FunctionAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

const Structured = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});

/** A request as a Function URL sends it: payload format 2.0, paths percent-encoded, absent keys absent. */
export function eventOf(line: string, { headers = {}, body }: Asked = {}): APIGatewayProxyEventV2 {
  const [method = "", target = ""] = line.split(" ");
  const [rawPath = "", rawQueryString = ""] = target.split("?");
  const { cookie, ...rest } = headers;
  const query = new URLSearchParams(rawQueryString);
  const decoded = [...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")] as const);
  const http = { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" };
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: { host: "shop.example", ...rest },
    ...(cookie !== undefined && { cookies: cookie.split("; ") }),
    ...(decoded.length > 0 && { queryStringParameters: Object.fromEntries(decoded) }),
    requestContext: {
      accountId: "anonymous",
      apiId: "test",
      domainName: "shop.example",
      domainPrefix: "shop",
      http,
      requestId: "request-1",
      routeKey: "$default",
      stage: "$default",
      time: "21/Nov/2026:05:00:00 +0000",
      timeEpoch: 1_795_237_200_000,
    },
    ...(body !== undefined && { body: Buffer.from(body).toString("base64") }),
    isBase64Encoded: body !== undefined,
  };
}

export const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: "test",
  functionVersion: "1",
  invokedFunctionArn: "arn:aws:lambda:eu-central-1:000000000000:function:test:live",
  memoryLimitInMB: "256",
  awsRequestId: "6f1c2d3e-0000-4000-8000-000000000000",
  logGroupName: "/aws/lambda/test",
  logStreamName: "test",
  getRemainingTimeInMillis: () => 3_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

/** What a handler returned, as a client would see it; throws when it is no answer in format 2.0. */
export function answerOf(result: unknown): FunctionAnswer {
  const { statusCode, headers, cookies, body, isBase64Encoded } = Structured.parse(result);
  const { "set-cookie": lone, ...rest } = headers;
  return {
    status: statusCode,
    headers: rest,
    cookies: lone === undefined ? cookies : [...cookies, lone],
    body: Buffer.from(body, isBase64Encoded ? "base64" : "utf8"),
  };
}
