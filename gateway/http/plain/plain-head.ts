import { fieldLines } from "../../upstreams/http1/field-lines.ts";
import { UpstreamError } from "../../upstreams/upstream.ts";

/** A request that is whole, and so plain that there is but one way to read it. */
export interface PlainHead {
  readonly method: string;
  readonly url: string;
  /** In the shape of Node's `rawHeaders`. */
  readonly rawHeaders: string[];
  /** Where its body begins and ends among the bytes. */
  readonly bodyBegin: number;
  readonly end: number;
}

const LF = 0x0a;
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
/** Visible ASCII alone; what begins a scheme or an authority is somebody else's to read. */
const REQUEST_LINE = /^([A-Z]{3,6}) (\/[\x21-\x7e]*) HTTP\/1\.1$/;
/** Printable ASCII alone. */
const PLAIN_VALUE = /^[\x20-\x7e]*$/;

/** Names of fields that say more than their value: how a body is framed, what the connection becomes, what to wait for. */
const NOT_PLAIN: ReadonlySet<string> = new Set([
  "transfer-encoding",
  "upgrade",
  "expect",
  "connection",
  "trailer",
]);

/** Larger bodies stream. */
const MAX_BODY_BYTES = 64 * 1024;

/**
 * The request at the beginning of these bytes; "more" when it may become one, null when it is to be read by node:http. It
 * never says that a request is bad: whatever is not exactly as expected here is for the parser that knows all of HTTP.
 */
export function plainHead(bytes: Buffer, maxHeadBytes: number): PlainHead | "more" | null {
  const lineEnd = bytes.indexOf(LF);
  if (lineEnd === -1) return bytes.length < maxHeadBytes ? "more" : null;
  // The CR before it, if there is one, is no visible character and so no part of what matches.
  if (bytes[lineEnd - 1] !== 0x0d) return null;
  const [, method, url] = REQUEST_LINE.exec(bytes.toString("latin1", 0, lineEnd - 1)) ?? [];
  if (method === undefined || url === undefined || !METHODS.has(method)) return null;

  const lines = linesIn(bytes, lineEnd + 1);
  if (lines === null) return bytes.length < maxHeadBytes ? "more" : null;
  if (lines === "bad" || lines.end > maxHeadBytes) return null;
  const length = bodyLength(lines.fields);
  if (length === null || length > MAX_BODY_BYTES) return null;
  const end = lines.end + length;
  if (end > bytes.length) return "more";
  return { method, url, rawHeaders: lines.fields, bodyBegin: lines.end, end };
}

function linesIn(bytes: Buffer, from: number): ReturnType<typeof fieldLines> | "bad" {
  try {
    return fieldLines(bytes, from);
  } catch (error) {
    if (error instanceof UpstreamError) return "bad";
    throw error;
  }
}

/** Bytes of the body by its only Content-Length, 0 without one; null for a request that is not plain. */
function bodyLength(fields: readonly string[]): number | null {
  let length: number | null = null;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]!;
    const value = fields[i + 1]!;
    if (!PLAIN_VALUE.test(value)) return null;
    switch (name.length) {
      case "content-length".length:
        if (name.toLowerCase() !== "content-length") break;
        if (length !== null || !/^(?:0|[1-9][0-9]{0,8})$/.test(value)) return null;
        length = Number(value);
        break;
      case "transfer-encoding".length:
      case "connection".length:
      case "upgrade".length: // and that of "trailer"
      case "expect".length:
        if (NOT_PLAIN.has(name.toLowerCase()) && !keepsAlive(name, value)) return null;
        break;
      default:
    }
  }
  return length ?? 0;
}

/** What many clients of HTTP/1.1 say although it is so anyway. */
function keepsAlive(name: string, value: string): boolean {
  return name.length === "connection".length && value.toLowerCase() === "keep-alive";
}
