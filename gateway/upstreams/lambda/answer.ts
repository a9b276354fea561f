import { isUtf8 } from "node:buffer";
import { allValues, endToEnd, firstValue, without } from "../../http/headers.ts";
import type { Payload } from "../../routes/function-target.ts";
import { beginningOf } from "./prelude.ts";
import { UpstreamError, type UpstreamResponse } from "../upstream.ts";

/**
 * What a function's payload says as an HTTP answer, by the rules of whoever it was written for:
 * - 2.0 (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response)
 *   infers an answer where there is no statusCode, and knows `cookies`;
 * - 1.0 (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format)
 *   and load balancers (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#respond-to-load-balancer)
 *   infer nothing, and know `multiValueHeaders`.
 *
 * A function that streams and was called for its whole answer gives that with the prelude in front.
 * Rejects what is no answer with kind `bad-answer`: a guess would be a wrong answer that looks right.
 */
export function readAnswer(payload: Uint8Array, method: string, format: Payload): UpstreamResponse {
  const streamed = beginningOf(payload);
  if (streamed.kind === "prelude") {
    return proxyAnswer({ statusCode: 200, ...streamed.prelude }, method, format, streamed.rest);
  }
  const value = parsed(payload);
  if (isRecord(value) && "statusCode" in value) {
    const body = bodyOf(value["body"], value["isBase64Encoded"] === true);
    return proxyAnswer(value, method, format, body);
  }
  if (format !== "2.0") throw bad("it has no statusCode");
  // Without statusCode the payload itself is the body; a JSON string is what it says.
  const body = typeof value === "string" ? Buffer.from(value) : Buffer.from(payload);
  const headers = ["content-type", "application/json", "content-length", String(body.length)];
  return { status: 200, reason: "", headers, body };
}

/** What an answer is said to be that does not say it itself. */
const UNTOLD_TYPE: Readonly<Record<Payload, string>> = {
  "2.0": "text/plain; charset=utf-8",
  "1.0": "application/json",
  alb: "application/octet-stream",
  "alb-multi-value": "application/octet-stream",
};

function proxyAnswer(
  answer: Record<string, unknown>,
  method: string,
  format: Payload,
  body: Buffer,
): UpstreamResponse {
  const { status, headers } = answerHead(answer, format);
  return { status, reason: "", headers: framed(headers, body, status, method), body };
}

/** Status and fields of an answer, or of the prelude of a streamed one. */
export function answerHead(
  answer: Record<string, unknown>,
  format: Payload,
): { status: number; headers: string[] } {
  const status = statusOf(answer["statusCode"]);
  const headers = format === "2.0" ? headersOf(answer) : multiValueHeadersOf(answer);
  // What has no content has no type of it, either (RFC 9110 §15.3.5, §15.4.5).
  const hasContent = status !== 204 && status !== 304;
  if (hasContent && firstValue(headers, "content-type") === undefined) {
    headers.push("content-type", UNTOLD_TYPE[format]);
  }
  return { status, headers };
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
    const { buffer, byteOffset, byteLength } = payload;
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString("utf8")) as unknown;
  } catch {
    throw bad("the payload is no JSON");
  }
}

/** Cookies first, each in a field of its own; then the headers, without what belongs to a connection or to the gateway. */
function headersOf({ cookies, headers }: Record<string, unknown>): string[] {
  const list: string[] = [];
  if (cookies !== undefined && cookies !== null) {
    if (!Array.isArray(cookies)) throw bad("cookies is no list");
    for (const cookie of cookies as unknown[]) list.push("set-cookie", fieldValue("set-cookie", cookie));
  }
  const fields = endToEnd(fieldsIn(headers, "headers"));
  return list.length === 0 ? fields : [...list, ...fields];
}

/** `multiValueHeaders` first, then what `headers` adds to them: a pair that is in both goes out once. */
function multiValueHeadersOf({ headers, multiValueHeaders }: Record<string, unknown>): string[] {
  const fields = fieldsIn(multiValueHeaders, "multiValueHeaders");
  const told = new Set<string>();
  for (let i = 0; i < fields.length; i += 2) told.add(pairKey(fields[i]!, fields[i + 1]!));
  const more = fieldsIn(headers, "headers");
  for (let i = 0; i < more.length; i += 2) {
    if (!told.has(pairKey(more[i]!, more[i + 1]!))) fields.push(more[i]!, more[i + 1]!);
  }
  return endToEnd(fields);
}

const pairKey = (name: string, value: string) => `${name.toLowerCase()}:${value}`;

/** The fields of an object; under `multiValueHeaders`, a list of values makes as many fields. */
function fieldsIn(headers: unknown, where: "headers" | "multiValueHeaders"): string[] {
  if (headers === null || headers === undefined) return [];
  if (!isRecord(headers)) throw bad(`${where} is no object`);
  const fields: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) throw bad(`${JSON.stringify(name.slice(0, 50))} is no header name`);
    if (value === null || value === undefined) continue;
    const values: unknown[] = where === "multiValueHeaders" && Array.isArray(value) ? value : [value];
    for (const one of values) fields.push(name, fieldValue(name, one));
  }
  return fields;
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** A field value as bytes, one a character: what is beyond latin1 goes out as UTF-8. */
function fieldValue(name: string, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw bad(`the value of ${name} is no text`);
  }
  const text = String(value);
  if (NO_TEXT.test(text)) throw bad(`control character in the value of ${name}`);
  return BEYOND_LATIN1.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

const NO_TEXT = /[^\t\x20-\x7e\x80-\uffff]/;
const BEYOND_LATIN1 = /[\u0100-\uffff]/;

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
