/** Header fields in their order, names as they were sent. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** A request or an answer as it came, read strictly (RFC 9112). One character a byte. */
export interface Message {
  readonly startLine: string;
  readonly fields: Fields;
  readonly body: string;
  readonly trailers: Fields;
  /** False while bytes are missing. */
  readonly whole: boolean;
  /** Where the next message begins. */
  readonly end: number;
}

/** Bytes that are no HTTP message. */
export class Malformed extends Error {
  override readonly name = "Malformed";
}

/** How a message's body ends. */
export type BodyEnd = "none" | "by-fields" | "never";

const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e\x80-\xff]+ HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] [1-9][0-9][0-9] [\t\x20-\x7e\x80-\xff]*$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CHUNK_LINE = /^[0-9A-Fa-f]{1,15}(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/;

/** The message that begins at `at`, as far as it has come; undefined while its head is not there. Throws Malformed. */
export function readMessage(
  bytes: string,
  at: number,
  kind: "request" | "answer",
  bodyEndOf: (startLine: string) => BodyEnd,
): Message | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n", at);
  if (headEnd === -1) return undefined;
  const [startLine = "", ...lines] = bytes.slice(at, headEnd).split("\r\n");
  if (!(kind === "request" ? REQUEST_LINE : STATUS_LINE).test(startLine)) {
    throw new Malformed(`start line ${JSON.stringify(startLine.slice(0, 100))}`);
  }
  const head = { startLine, fields: lines.map(fieldOf) };
  const bodyAt = headEnd + 4;
  const bodyEnd = bodyEndOf(startLine);
  if (bodyEnd === "none") return { ...head, body: "", trailers: [], whole: true, end: bodyAt };
  const rest = { ...head, body: bytes.slice(bodyAt), trailers: [], whole: false, end: bytes.length };
  if (bodyEnd === "never") return rest;

  const codings = valuesOf(head.fields, "transfer-encoding");
  const lengths = valuesOf(head.fields, "content-length");
  if (codings.length + lengths.length > 1) throw new Malformed("framed in more than one way");
  if (codings.length === 1) {
    if (codings[0]!.toLowerCase() !== "chunked") throw new Malformed(`coding ${codings[0]}`);
    return { ...head, ...readChunks(bytes, bodyAt) };
  }
  if (lengths.length === 0) {
    return kind === "answer" ? rest : { ...head, body: "", trailers: [], whole: true, end: bodyAt };
  }
  if (!/^[0-9]{1,15}$/.test(lengths[0]!)) throw new Malformed(`length ${lengths[0]}`);
  const end = bodyAt + Number(lengths[0]);
  return { ...head, body: bytes.slice(bodyAt, end), trailers: [], whole: bytes.length >= end, end };
}

/** Every value of a field, in order. `name` is lower-case. */
export function valuesOf(fields: Fields, name: string): string[] {
  return fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  const value = line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, "");
  if (!NAME.test(name) || !VALUE.test(value))
    throw new Malformed(`field ${JSON.stringify(line.slice(0, 100))}`);
  return [name, value];
}

function readChunks(bytes: string, at: number): Omit<Message, "startLine" | "fields"> {
  let body = "";
  for (let next = at; ;) {
    const lineEnd = bytes.indexOf("\r\n", next);
    const partial = { body, trailers: [], whole: false, end: bytes.length };
    if (lineEnd === -1) return partial;
    const line = bytes.slice(next, lineEnd);
    if (!CHUNK_LINE.test(line)) throw new Malformed(`chunk line ${JSON.stringify(line.slice(0, 100))}`);
    const size = Number.parseInt(line, 16);
    if (size === 0) {
      const trailersEnd = bytes.indexOf("\r\n\r\n", lineEnd);
      if (trailersEnd === -1) return partial;
      const lines = bytes
        .slice(lineEnd, trailersEnd)
        .split("\r\n")
        .filter((text) => text !== "");
      return { body, trailers: lines.map(fieldOf), whole: true, end: trailersEnd + 4 };
    }
    const dataEnd = lineEnd + 2 + size;
    body += bytes.slice(lineEnd + 2, dataEnd);
    if (bytes.length < dataEnd + 2) return { ...partial, body };
    if (bytes.slice(dataEnd, dataEnd + 2) !== "\r\n") throw new Malformed("no CRLF behind a chunk");
    next = dataEnd + 2;
  }
}
