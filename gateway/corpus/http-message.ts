import { allValues, firstValue, type HeaderList } from "../http/headers.ts";

/** An HTTP/1 message as it was on the wire, its body taken out of its framing. */
export interface HttpMessage {
  /** Without the line's end. */
  readonly startLine: string;
  /** As they came, with the white space around their values. */
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** False when the body ends before its framing does. */
  readonly isWhole: boolean;
}

const HEADER_END = Buffer.from("\r\n\r\n");

/** Parses a message; null when it is none. `hasBody` is false where an answer has none, whatever its fields say (RFC 9112 §6.3). */
export function parseHttpMessage(bytes: Buffer, hasBody: (startLine: string) => boolean): HttpMessage | null {
  const end = bytes.indexOf(HEADER_END);
  if (end === -1) return null;
  const [startLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return null;
    headers.push(line.slice(0, colon), line.slice(colon + 1));
  }
  if (!hasBody(startLine)) return { startLine, headers, body: Buffer.alloc(0), isWhole: true };
  return { startLine, headers, ...bodyOf(bytes.subarray(end + HEADER_END.length), headers, startLine) };
}

function bodyOf(rest: Buffer, headers: HeaderList, startLine: string) {
  if (/\bchunked\b/i.test(allValues(headers, "transfer-encoding").join(","))) return unchunked(rest);
  const declared = firstValue(headers, "content-length")?.trim();
  if (declared === undefined) {
    // An answer lasts until its connection ends; a request that names no length has no body.
    const isAnswer = startLine.startsWith("HTTP/");
    return { body: isAnswer ? rest : rest.subarray(0, 0), isWhole: isAnswer || rest.length === 0 };
  }
  const length = /^\d{1,15}$/.test(declared) ? Number(declared) : Infinity;
  return { body: rest.subarray(0, length), isWhole: length <= rest.length };
}

/** RFC 9112 §7.1; trailer fields are left out. */
function unchunked(bytes: Buffer): { body: Buffer; isWhole: boolean } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const [, hex] =
      /^([0-9a-f]{1,8})[\t ]*(?:;.*)?$/i.exec(bytes.toString("latin1", at, Math.max(at, lineEnd))) ?? [];
    if (lineEnd === -1 || hex === undefined) return { body: Buffer.concat(chunks), isWhole: false };
    const length = Number.parseInt(hex, 16);
    if (length === 0) return { body: Buffer.concat(chunks), isWhole: true };
    const from = lineEnd + 2;
    chunks.push(bytes.subarray(from, from + length));
    at = from + length + 2;
    if (bytes.toString("latin1", at - 2, at) !== "\r\n")
      return { body: Buffer.concat(chunks), isWhole: false };
  }
}
