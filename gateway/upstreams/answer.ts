import { endToEnd, without } from "../http/headers.ts";
import { UpstreamError, type UpstreamResponse } from "./upstream.ts";

/**
 * What a function's payload says as an HTTP answer, by the rules of payload format 2.0
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response).
 * Rejects what is no answer with kind `bad-answer`: a guess would be a wrong answer that looks right.
 */
export function readAnswer(payload: Uint8Array, method: string): UpstreamResponse {
  const value = parsed(payload);
  if (isRecord(value) && "statusCode" in value) return proxyAnswer(value, method);
  // Without statusCode the payload itself is the body; a JSON string is what it says.
  const body = typeof value === "string" ? Buffer.from(value) : Buffer.from(payload);
  return { status: 200, reason: "", headers: framed(["content-type", "application/json"], body), body };
}

function proxyAnswer(answer: Record<string, unknown>, method: string): UpstreamResponse {
  const { statusCode, isBase64Encoded } = answer;
  const status = typeof statusCode === "string" ? Number(statusCode) : statusCode;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    throw bad(`statusCode ${JSON.stringify(statusCode)} is no status from 200 to 599`);
  }
  const headers = headersOf(answer);
  if (!headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === "content-type")) {
    headers.push("content-type", "text/plain; charset=utf-8");
  }
  const body = bodyOf(answer["body"], isBase64Encoded === true);
  // These end with their head (RFC 9112 §6.3); to HEAD, a function may tell the length of the body that GET would get.
  if (status === 204 || status === 304)
    return { status, reason: "", headers: without(headers, CONTENT_LENGTH), body };
  const isHead = method === "HEAD" && body.length === 0;
  return { status, reason: "", headers: isHead ? headers : framed(headers, body), body };
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8")) as unknown;
  } catch {
    throw bad("the payload is no JSON");
  }
}

/** Cookies first, each in a field of its own; then the headers, without what belongs to a connection or to the gateway. */
function headersOf({ cookies, headers = {} }: Record<string, unknown>): string[] {
  const list: string[] = [];
  if (cookies !== undefined && cookies !== null) {
    if (!Array.isArray(cookies)) throw bad("cookies is no list");
    for (const cookie of cookies as unknown[]) list.push("set-cookie", fieldValue("set-cookie", cookie));
  }
  if (headers === null) return list;
  if (!isRecord(headers)) throw bad("headers is no object");
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) throw bad(`${JSON.stringify(name.slice(0, 50))} is no header name`);
    if (value === null || value === undefined) continue;
    list.push(name, fieldValue(name, value));
  }
  return endToEnd(list);
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A field value as bytes, one a character: what is beyond latin1 goes out as UTF-8. */
function fieldValue(name: string, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw bad(`the value of ${name} is no text`);
  }
  const text = String(value);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f)
      throw bad(`control character in the value of ${name}`);
    if (code > 0xff) return fieldValue(name, Buffer.from(text, "utf8").toString("latin1"));
  }
  return text;
}

function bodyOf(body: unknown, isBase64: boolean): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (!isBase64) return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  if (typeof body !== "string" || !isBase64Text(body)) throw bad("the body is said to be base64 and is not");
  return Buffer.from(body, "base64");
}

/** Strict: Node's decoder skips what it does not understand, which would turn damage into a shorter body. */
function isBase64Text(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

const CONTENT_LENGTH = new Set(["content-length"]);

/** A length that a function claims may be wrong; the bytes are not. */
function framed(headers: readonly string[], body: Buffer): string[] {
  return [...without(headers, CONTENT_LENGTH), "content-length", String(body.length)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(message: string): UpstreamError {
  return new UpstreamError("bad-answer", `the function's answer is none: ${message}`);
}
