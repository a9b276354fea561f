import { isUtf8 } from "node:buffer";
import type { CorpusRequest } from "../corpus/corpus.ts";
import { parseJson } from "../diff/json-source.ts";
import { firstValue, type HeaderList } from "../http/headers.ts";
import { isSerial } from "./id-like.ts";
import { jsonScalars } from "./json-scalars.ts";

/** What an id is called today; undefined when it is to stay. */
export type NameOf = (id: string) => string | undefined;

type Parts = Pick<CorpusRequest, "target" | "headers" | "body">;

/**
 * A request with its ids replaced, and not a byte else: whole segments of the path, whole values of the query and of a form,
 * whole strings and numbers of JSON, whole words of header fields. An id inside other text stays.
 */
export function replaceIds<R extends Parts>(request: R, nameOf: NameOf): R {
  const { target, headers, body } = request;
  return {
    ...request,
    target: inTarget(target, nameOf),
    headers: inHeaders(headers, nameOf),
    body: inBody(headers, body, nameOf),
  };
}

function inTarget(target: string, nameOf: NameOf): string {
  const [, path = "", query = ""] = /^([^?]*)(.*)$/s.exec(target) ?? [];
  const segments = path.split("/").map((segment) => inEncoded(segment, nameOf));
  return segments.join("/") + inPairs(query, nameOf);
}

/** `?a=b&c=d`, with the question mark or without. */
function inPairs(pairs: string, nameOf: NameOf): string {
  return pairs.replace(
    /(=)([^&]*)/g,
    (_, equals: string, value: string) => equals + inEncoded(value, nameOf),
  );
}

function inEncoded(encoded: string, nameOf: NameOf): string {
  const name = nameOf(decoded(encoded));
  return name === undefined ? encoded : encodeURIComponent(name);
}

function decoded(encoded: string): string {
  if (!encoded.includes("%")) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** Fields that say how to read or where to send, never what about. */
const NOT_REPLACED = /^(?:host|content-.*|transfer-encoding|accept.*|user-agent|date)$/i;

function inHeaders(headers: HeaderList, nameOf: NameOf): string[] {
  return headers.map((text, i) => {
    if (i % 2 === 0 || NOT_REPLACED.test(headers[i - 1]!)) return text;
    return text.replace(/[^\s;,"]+/g, (word) => nameOf(word) ?? inPairs(word, nameOf));
  });
}

function inBody(headers: HeaderList, body: Buffer, nameOf: NameOf): Buffer {
  // Compressed requests are rare, and compressing them again would change more than ids.
  if (body.length === 0 || firstValue(headers, "content-encoding") !== undefined || !isUtf8(body))
    return body;
  const text = body.toString();
  const type = firstValue(headers, "content-type")?.toLowerCase() ?? "";
  const replaced = type.startsWith("application/x-www-form-urlencoded")
    ? inPairs(text, nameOf)
    : inJson(text, nameOf);
  return replaced === text ? body : Buffer.from(replaced);
}

function inJson(text: string, nameOf: NameOf): string {
  const json = parseJson(text);
  if (json === null) return text;
  let replaced = "";
  let copied = 0;
  for (const { kind, text: id, start, end } of jsonScalars(json)) {
    const name = nameOf(id);
    if (name === undefined) continue;
    const isNumber = kind === "number" && isSerial(name);
    replaced += text.slice(copied, start) + (isNumber ? name : JSON.stringify(name));
    copied = end;
  }
  return replaced + text.slice(copied);
}
