import { firstValue } from "../http/headers.ts";
import { isNode } from "./openapi-document.ts";
import type { CorpusEntry, CorpusRequest } from "./corpus.ts";

/** Fields without which a request is another one. */
const KEPT_FIELDS = new Set(["host", "content-type", "content-encoding", "authorization", "cookie"]);
const MAX_VARIANTS = 200;
/** Bodies above this are only cut in half: looking into them would take longer than asking. */
const MAX_STRUCTURED_BYTES = 256 * 1024;

/**
 * Requests that are a step simpler than this one, the largest steps of each kind first; none when there is nothing left to take away. Whoever looks
 * for the smallest request that still fails takes the first that does, and asks again from there. Every one of them has
 * fewer parts, fewer characters or a smaller number, so that this ends. What was answered to them, nobody knows.
 */
export function smaller(entry: CorpusEntry): CorpusEntry[] {
  return variantsOf(entry.request)
    .take(MAX_VARIANTS)
    .map((request, n) => ({ ...entry, id: `${entry.id.split("~", 1)[0]}~${n + 1}`, request, answer: null }))
    .toArray();
}

/** Made when they are asked for: a large body has as many as it has parts. */
function* variantsOf(request: CorpusRequest): Generator<CorpusRequest, undefined> {
  yield* withSmallerQuery(request);
  yield* withFewerFields(request);
  yield* withSmallerBody(request);
}

function* withSmallerQuery(request: CorpusRequest): Generator<CorpusRequest> {
  const question = request.target.indexOf("?");
  if (question === -1) return;
  const path = request.target.slice(0, question);
  const pairs = request.target.slice(question + 1).split("&");
  yield { ...request, target: path };
  if (pairs.length > 1)
    for (const list of shorterLists(pairs)) yield { ...request, target: `${path}?${list.join("&")}` };
  for (const [n, pair] of pairs.entries()) {
    const equals = pair.indexOf("=");
    if (equals === -1 || equals === pair.length - 1) continue;
    for (const value of shorterEncoded(pair.slice(equals + 1)))
      yield { ...request, target: `${path}?${pairs.with(n, pair.slice(0, equals + 1) + value).join("&")}` };
  }
}

function shorterEncoded(value: string): string[] {
  // No character is cut in two.
  const units = value.match(/(?:%[0-9a-f]{2})+|[^]/gi) ?? [];
  return units.length < 2 ? [""] : ["", units.slice(0, Math.ceil(units.length / 2)).join("")];
}

function* withFewerFields(request: CorpusRequest): Generator<CorpusRequest> {
  const { headers } = request;
  for (let n = 0; n < headers.length; n += 2) {
    if (KEPT_FIELDS.has(headers[n]!.toLowerCase())) continue;
    yield { ...request, headers: headers.toSpliced(n, 2) };
  }
}

function* withSmallerBody(request: CorpusRequest): Generator<CorpusRequest> {
  const { body } = request;
  if (body.length === 0) return;
  const of = (text: string): CorpusRequest => ({ ...request, body: Buffer.from(text) });
  yield of("");
  const type = firstValue(request.headers, "content-type") ?? "";
  if (/[/+]json\b/i.test(type) && body.length <= MAX_STRUCTURED_BYTES) {
    const json = jsonOf(body);
    if (json !== undefined) {
      for (const value of smallerValues(json, 0)) yield of(JSON.stringify(value));
      return;
    }
  }
  if (/^application\/x-www-form-urlencoded/i.test(type) && body.length <= MAX_STRUCTURED_BYTES) {
    const pairs = body.toString("utf8").split("&");
    if (pairs.length > 1) for (const list of shorterLists(pairs)) yield of(list.join("&"));
    return;
  }
  if (body.length > 1) yield { ...request, body: body.subarray(0, Math.ceil(body.length / 2)) };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

const MAX_DEPTH = 20;

function* smallerValues(value: unknown, depth: number): Generator {
  if (depth > MAX_DEPTH) return;
  if (typeof value === "string") yield* shorterTexts(value);
  else if (typeof value === "number") yield* smallerNumbers(value);
  else if (value === true) yield false;
  else if (Array.isArray(value)) {
    yield* shorterLists(value);
    for (const [n, item] of value.entries())
      for (const less of smallerValues(item, depth + 1)) yield value.with(n, less);
  } else if (isNode(value)) {
    for (const members of shorterLists(Object.entries(value))) yield Object.fromEntries(members);
    for (const [name, item] of Object.entries(value))
      for (const less of smallerValues(item, depth + 1))
        yield Object.fromEntries(
          Object.entries(value).map(([key, kept]) => [key, key === name ? less : kept]),
        );
  }
}

function* shorterTexts(text: string): Generator<string> {
  const characters = Array.from(text);
  if (characters.length > 0) yield "";
  if (characters.length > 1) yield characters.slice(0, Math.ceil(characters.length / 2)).join("");
}

function* smallerNumbers(value: number): Generator<number> {
  if (value === 0) return;
  yield 0;
  const half = Math.trunc(value / 2);
  if (half !== 0) yield half;
}

/** Nothing, each half, and all but one. */
function* shorterLists<T>(list: readonly T[]): Generator<readonly T[]> {
  if (list.length === 0) return;
  yield [];
  const middle = Math.ceil(list.length / 2);
  if (middle < list.length) {
    yield list.slice(0, middle);
    yield list.slice(middle);
  }
  if (list.length > 2) for (let n = 0; n < list.length; n += 1) yield list.toSpliced(n, 1);
}
