import { wire } from "../support/wire.ts";
import { bytesOf, type TestRequest } from "./request.ts";

/** An answer as a client would take it. One character a byte everywhere. */
export interface Answer {
  readonly status: number;
  /** By lower-case name; several values of one field joined, as RFC 9110 §5.3 allows, but for Set-Cookie. */
  readonly fields: ReadonlyMap<string, string>;
  readonly cookies: readonly string[];
  readonly body: string;
}

/** Asks over a connection of its own; rejects when the answer is cut short. */
export async function ask(port: number, request: TestRequest, host: string): Promise<Answer> {
  const { statusLine, fields, body, complete } = await wire(port, bytesOf(request, host));
  if (!complete) throw new Error(`${request.name}: the answer is cut short: ${statusLine}`);
  const pairs = fields.map((field) => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon), field.slice(colon + 1).trim()] as const;
  });
  return answerOf(Number(statusLine.split(" ")[1]), pairs, body);
}

/** Of one connection, or of the moment (RFC 9110 §7.6.1, §6.6.1): between two servers they say nothing. */
const NOT_COMPARED = new Set(["connection", "keep-alive", "transfer-encoding", "date"]);

/** An answer of these fields, in order, but for those that are not compared; a 204 has no length (RFC 9110 §8.6). */
export function answerOf(
  status: number,
  pairs: Iterable<readonly [name: string, value: string]>,
  body: string,
): Answer {
  const fields = new Map<string, string>();
  const cookies: string[] = [];
  for (const [written, value] of pairs) {
    const name = written.toLowerCase();
    if (NOT_COMPARED.has(name) || (status === 204 && name === "content-length")) continue;
    const before = fields.get(name);
    if (name === "set-cookie") cookies.push(value);
    else fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status, fields, cookies, body };
}

/** Made from the body: where that differs, they say nothing more. */
const OF_THE_BODY = new Set(["content-length", "etag"]);

/**
 * Where two answers differ, such as `status`, `header vary`, `set-cookie`, `body`, `body.query.a`; another status is all
 * that is said. A length that `expected` does not tell, because it came in chunks, is no difference.
 */
export function differences(expected: Answer, actual: Answer): string[] {
  if (expected.status !== actual.status) return ["status"];
  const body = bodyDifferences(expected.body, actual.body);
  const names = new Set([...expected.fields.keys(), ...actual.fields.keys()]);
  const fields = [...names].filter((name) => {
    if (OF_THE_BODY.has(name) && body.length > 0) return false;
    if (name === "content-length" && !expected.fields.has(name)) return false;
    return expected.fields.get(name) !== actual.fields.get(name);
  });
  const cookies = JSON.stringify(expected.cookies) === JSON.stringify(actual.cookies) ? [] : ["set-cookie"];
  return [...fields.map((name) => `header ${name}`), ...cookies, ...body].sort();
}

function bodyDifferences(expected: string, actual: string): string[] {
  if (expected === actual) return [];
  const [left, right] = [parsed(expected), parsed(actual)];
  return left === undefined || right === undefined ? ["body"] : placesOf(left, right, "body");
}

function placesOf(left: unknown, right: unknown, place: string): string[] {
  if (!isRecord(left) || !isRecord(right)) {
    return JSON.stringify(left) === JSON.stringify(right) ? [] : [place];
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => placesOf(left[key], right[key], `${place}.${key}`));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
