import { isUtf8 } from "node:buffer";
import type { GatewayRequest } from "../../http/request.ts";
import { UpstreamError } from "../upstream.ts";

/** The event of payload format 2.0 (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html). */
export interface FunctionUrlEvent {
  readonly version: "2.0";
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: string;
    /** CLF, as in `21/Nov/2026:12:00:00 +0000`. */
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** Bytes of a synchronous request's payload at most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;

/** Who is asked to pretend to be API Gateway: an account that is none. */
const ACCOUNT = "anonymous";
const API = "banyan";

/**
 * The event for a request, as a Function URL would send it: path and query byte for byte as the client wrote them, keys
 * without a value left out and never null, because middleware in the wild throws on null.
 */
export function functionUrlEvent(
  request: GatewayRequest,
  body: Buffer,
  params: Readonly<Record<string, string>>,
): FunctionUrlEvent {
  const { target, host, client, receivedAt } = request;
  const { headers, cookies } = eventHeaders(request);
  const query = target.query ?? "";
  const parameters = queryParameters(query);
  const isText = isTextBody(headers, body);
  const domainName = host.replace(/:\d*$/, "");
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: utf8(target.path),
    rawQueryString: utf8(query),
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(Object.keys(parameters).length > 0 && { queryStringParameters: parameters }),
    ...(Object.keys(params).length > 0 && { pathParameters: { ...params } }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: API,
      domainName,
      domainPrefix: domainName.split(".", 1)[0]!,
      http: {
        method: request.method,
        path: utf8(target.path),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: client.address,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: request.id,
      routeKey: "$default",
      stage: "$default",
      time: commonLogTime(receivedAt),
      timeEpoch: receivedAt,
    },
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** The event's bytes, or an UpstreamError that it is too large to be sent: then the function certainly did not run. */
export function eventBytes(event: FunctionUrlEvent): Buffer {
  const bytes = Buffer.from(JSON.stringify(event));
  if (bytes.length <= MAX_EVENT_BYTES) return bytes;
  throw new UpstreamError(
    "too-large",
    `the event has ${bytes.length} bytes, and Lambda takes ${MAX_EVENT_BYTES}`,
  );
}

/** Lower-case names, duplicates joined by a comma, cookies apart; what concerns one hop alone stays out. */
function eventHeaders({ headers: sent, trace }: GatewayRequest) {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i < sent.length; i += 2) {
    const name = sent[i]!.toLowerCase();
    const value = utf8(sent[i + 1]!);
    if (name === "cookie") cookies.push(...pairsOf(value));
    else if (name !== "expect") join(headers, name, value);
  }
  if (!headers.has("x-amzn-trace-id")) {
    headers.set("x-amzn-trace-id", `Root=1-${trace.traceId.slice(0, 8)}-${trace.traceId.slice(8)}`);
  }
  // Entries become own properties whatever their name, `__proto__` included.
  const record: Record<string, string> = Object.fromEntries(headers);
  return { headers: record, cookies };
}

function pairsOf(cookie: string): string[] {
  return cookie
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
}

/** Decoded, duplicates joined by a comma, in the order of their first appearance. */
function queryParameters(query: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(utf8(query))) join(parameters, name, value);
  return Object.fromEntries(parameters);
}

function join(values: Map<string, string>, name: string, value: string): void {
  const earlier = values.get(name);
  values.set(name, earlier === undefined ? value : `${earlier},${value}`);
}

/** Exactly these: `application/problem+json` and `application/json-patch+json` come as base64. */
const TEXT_TYPE = /^(?:text\/|application\/(?:json|xml|javascript)\s*(?:;|$))/i;

/** What API Gateway and Function URLs hand over as text; all the rest, forms included, comes as base64. */
function isTextBody(headers: Readonly<Record<string, string>>, body: Buffer): boolean {
  return (
    TEXT_TYPE.test(headers["content-type"] ?? "") && headers["content-encoding"] === undefined && isUtf8(body)
  );
}

/** Strings from the wire hold a byte a character; in JSON they are what those bytes mean, or else latin1. */
function utf8(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    const bytes = Buffer.from(text, "latin1");
    return isUtf8(bytes) ? bytes.toString("utf8") : text;
  }
  return text;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function commonLogTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}
