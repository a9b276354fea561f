import { isUtf8 } from "node:buffer";
import { allValues, endToEnd, without } from "../../http/headers.ts";
import { UpstreamError, type UpstreamResponse } from "../upstream.ts";

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
  const headers = ["content-type", "application/json", "content-length", String(body.length)];
  return { status: 200, reason: "", headers, body };
}

function proxyAnswer(answer: Record<string, unknown>, method: string): UpstreamResponse {
  const status = statusOf(answer["statusCode"]);
  const headers = headersOf(answer);
  if (!headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === "content-type")) {
    headers.push("content-type", "text/plain; charset=utf-8");
  }
  const body = bodyOf(answer["body"], answer["isBase64Encoded"] === true);
  return { status, reason: "", headers: framed(headers, body, status, method), body };
}

function statusOf(statusCode: unknown): number {
  if (typeof statusCode === "number" || typeof statusCode === "string") {
    const text = String(statusCode);
    if (/^[2-5]\d\d$/.test(text)) return Number(text);
    throw bad(`statusCode ${JSON.stringify(text.slice(0, 20))} is no status from 200 to 599`);
  }
  throw bad("statusCode is no number");
}

function parsed(payload: Uint8Array): unknown {
  // Decoding would put a replacement character in place of each stray byte, and damage would look like an answer.
  if (!isUtf8(payload)) throw bad("the payload is no UTF-8");
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
  const fields: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) throw bad(`${JSON.stringify(name.slice(0, 50))} is no header name`);
    if (value === null || value === undefined) continue;
    fields.push(name, fieldValue(name, value));
  }
  return [...list, ...endToEnd(fields)];
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
  if (!isBase64) return Buffer.from(typeof body === "string" ? body : jsonOf(body));
  if (typeof body !== "string" || !isBase64Text(body)) throw bad("the body is said to be base64 and is not");
  return Buffer.from(body, "base64");
}

function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    // What was nested deep enough to be parsed may still be too deep to be written (RangeError).
    throw bad("the body is nested too deep");
  }
}

/** Strict: Node's decoder skips what it does not understand, which would turn damage into a shorter body. */
function isBase64Text(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

const CONTENT_LENGTH = new Set(["content-length"]);

/**
 * The fields with the body's true length: one that a function claims may be wrong, the bytes are not. Only HEAD and 304
 * may tell the length of a body that they do not carry (RFC 9110 §8.6), and 204 tells none at all.
 */
function framed(headers: readonly string[], body: Buffer, status: number, method: string): string[] {
  const others = without(headers, CONTENT_LENGTH);
  if (status === 204) return others;
  if (status !== 304 && (method !== "HEAD" || body.length > 0)) {
    return [...others, "content-length", String(body.length)];
  }
  const [told = "", ...more] = allValues(headers, "content-length");
  return /^\d+$/.test(told) && more.length === 0 ? [...headers] : others;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(message: string): UpstreamError {
  return new UpstreamError("bad-answer", `the function's answer is none: ${message}`);
}
