import { STATUS_CODES } from "node:http";
import type { Answer } from "../line.ts";
import { isFieldText, isToken } from "../../upstreams/http1/field-lines.ts";
import type { Readable } from "node:stream";

/** What is no larger goes out in one write with its head. */
const ONE_WRITE_BYTES = 16 * 1024;

/** What stands behind an answer's own fields. */
export interface AnswerEnd {
  readonly keepAlive: boolean;
  /** Milliseconds that an idle connection is kept. */
  readonly idleMs: number;
}

/** An answer as it goes over the wire. */
export interface WrittenAnswer {
  /** Its head, with the body behind it when that is small: one character a byte. */
  readonly text: string;
  /** What is left of the body. */
  readonly rest: Buffer | Readable | null;
  /** Bytes of the body. */
  readonly length: number;
}

/**
 * An answer of a known length to a request of HTTP/1.1. Null for what node:http is to write, or to refuse: without a
 * Content-Length of its own, with trailers, or with what is no field.
 */
export function plainAnswer(
  method: string,
  { status, reason, headers, body }: Answer,
  { keepAlive, idleMs }: AnswerEnd,
): WrittenAnswer | null {
  // 204 and 304 have their own rules, and are small enough to go the other way.
  if (status < 200 || status > 599 || status === 204 || status === 304 || !isFieldText(reason)) return null;
  const isHead = method === "HEAD";
  const whole = Buffer.isBuffer(body) ? body : null;
  if (isHead && whole === null) return null;
  let text = `HTTP/1.1 ${status} ${reason === "" ? (STATUS_CODES[status] ?? "unknown") : reason}\r\n`;
  let length: number | null = null;
  let hasDate = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (!isToken(name) || !isFieldText(value)) return null;
    switch (name.length) {
      case "content-length".length:
        if (name.toLowerCase() !== "content-length") break;
        if (length !== null || !/^[0-9]{1,15}$/.test(value)) return null;
        length = Number(value);
        if (whole !== null && !isHead && length !== whole.length) return null;
        break;
      case "date".length:
        hasDate ||= name.toLowerCase() === "date";
        break;
      case "trailer".length:
      case "connection".length:
      case "transfer-encoding".length:
        if (FRAMING.has(name.toLowerCase())) return null;
        break;
      default:
    }
    text += `${name}: ${value}\r\n`;
  }
  if (length === null) return null;
  if (!hasDate) text += `Date: ${dateNow()}\r\n`;
  text += keepAlive
    ? `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(idleMs / 1_000)}\r\n\r\n`
    : "Connection: close\r\n\r\n";
  if (isHead) return { text, rest: null, length: 0 };
  if (whole === null || whole.length > ONE_WRITE_BYTES) return { text, rest: body, length };
  return { text: text + whole.toString("latin1"), rest: null, length };
}

const FRAMING: ReadonlySet<string> = new Set([
  "trailer",
  "connection",
  "transfer-encoding",
  "upgrade",
  "keep-alive",
]);

let datedS = Number.NaN;
let date = "";

/** Now, as HTTP writes it (RFC 9110 §5.6.7); written out once a second. */
function dateNow(): string {
  const now = Date.now();
  const nowS = Math.floor(now / 1_000);
  if (nowS !== datedS) {
    datedS = nowS;
    date = new Date(now).toUTCString();
  }
  return date;
}
