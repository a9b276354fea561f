import { isUtf8 } from "node:buffer";
import { allValues, firstValue, type HeaderList } from "../http/headers.ts";
import { decodeContent } from "../diff/redact-coding.ts";
import type { CorpusAnswer, CorpusEntry, CorpusItem } from "./corpus.ts";

/** HAR has no word for "unknown" where it wants a time. */
const UNKNOWN_TIME = new Date(0).toISOString();

/**
 * A corpus as HAR 1.2, in pieces. What HAR has no place for (id, session, route, bytes of a request) is in members that begin
 * with `_`, which the format allows and the import reads.
 * Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/
 */
export async function* exportHar(items: AsyncIterable<CorpusItem>): AsyncGenerator<string> {
  yield '{"log":{"version":"1.2","creator":{"name":"banyan","version":"1"},"entries":[';
  let separator = "\n";
  for await (const item of items) {
    if (item.kind !== "entry") continue;
    yield separator + JSON.stringify(harOf(item.entry));
    separator = ",\n";
  }
  yield "\n]}}\n";
}

function harOf({ id, at, session, route, request, answer }: CorpusEntry) {
  const { method, target, headers, body } = request;
  const mimeType = firstValue(headers, "content-type") ?? "";
  const host = firstValue(headers, "host") ?? "unknown.invalid";
  const question = target.indexOf("?");
  const query = new URLSearchParams(question === -1 ? "" : target.slice(question + 1));
  return {
    startedDateTime: at === null ? UNKNOWN_TIME : new Date(at).toISOString(),
    time: answer?.durationMs ?? 0,
    request: {
      method,
      url: `http://${host}${inUrl(target)}`,
      httpVersion: "HTTP/1.1",
      cookies: cookiesOf(allValues(headers, "cookie").join(";")),
      headers: pairs(headers),
      queryString: [...query].map(([name, value]) => ({ name, value })),
      ...(body.length === 0
        ? {}
        : { postData: { mimeType, ...shown(body, mimeType, "_encoding"), params: [] } }),
      headersSize: -1,
      // More than there is: the body was longer.
      bodySize: request.isWhole ? body.length : body.length + 1,
    },
    response: responseOf(answer),
    cache: {},
    timings: { send: 0, wait: answer?.durationMs ?? -1, receive: 0 },
    _banyan: { id, session, route, at },
  };
}

/** Bytes that a request line takes and a URL does not are percent-encoded. */
function inUrl(target: string): string {
  return target.replace(/[#\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function responseOf(answer: CorpusAnswer | null) {
  const headers = answer?.headers ?? [];
  const content = answer === null ? Buffer.alloc(0) : contentOf(answer);
  const mimeType = firstValue(headers, "content-type") ?? "";
  return {
    status: answer?.status ?? 0,
    statusText: "",
    httpVersion: "HTTP/1.1",
    cookies: allValues(headers, "set-cookie").flatMap((field) => cookiesOf(field.split(";", 1)[0]!)),
    headers: pairs(headers),
    content: {
      size: answer === null || answer.isWhole ? content.length : content.length + 1,
      mimeType,
      ...(content.length === 0 ? {} : shown(content, mimeType, "encoding")),
    },
    redirectURL: firstValue(headers, "location") ?? "",
    headersSize: -1,
    bodySize: answer?.body.length ?? -1,
  };
}

/** What a HAR shows is unpacked; what cannot be unpacked is shown as it is. */
function contentOf({ headers, body }: CorpusAnswer): Buffer {
  return decodeContent(body, allValues(headers, "content-encoding")) ?? body;
}

/** As text where that loses nothing, whatever charset the text is taken for; else as base64. */
function shown(bytes: Buffer, mimeType: string, encodingMember: "encoding" | "_encoding") {
  const text = bytes.toString("utf8");
  const isText =
    isUtf8(bytes) && !text.includes("\ufffd") && !(/charset/i.test(mimeType) && bytes.length !== text.length);
  return isText ? { text } : { text: bytes.toString("base64"), [encodingMember]: "base64" };
}

function pairs(headers: HeaderList) {
  const list: { name: string; value: string }[] = [];
  for (let n = 0; n + 1 < headers.length; n += 2) list.push({ name: headers[n]!, value: headers[n + 1]! });
  return list;
}

function cookiesOf(field: string) {
  return field
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return {
        name: equals === -1 ? pair : pair.slice(0, equals),
        value: equals === -1 ? "" : pair.slice(equals + 1),
      };
    });
}
