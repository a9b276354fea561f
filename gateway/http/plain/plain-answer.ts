import { STATUS_CODES } from "node:http";
import { isFieldText, isToken } from "../../upstreams/http1/field-lines.ts";
import type { WholeAnswer } from "../line.ts";

/** What is no larger goes out in one write with its head. */
const ONE_WRITE_BYTES = 16 * 1024;

/** What stands behind an answer's own fields. */
export interface AnswerEnd {
  readonly keepAlive: boolean;
  /** Milliseconds that an idle connection is kept. */
  readonly idleMs: number;
}

/** An answer as it goes over the wire: one character a byte, and what is left of the body when it is large. */
export interface WrittenAnswer {
  readonly text: string;
  readonly rest: Buffer | null;
}

/**
 * A whole answer to a request of HTTP/1.1. Null for what node:http is to write, or to refuse: without a Content-Length of
 * its own, with trailers, or with what is no field.
 */
export function plainAnswer(
  method: string,
  { status, reason, headers, body }: WholeAnswer,
  { keepAlive, idleMs }: AnswerEnd,
): WrittenAnswer | null {
  // 204 and 304 have their own rules, and are small enough to go the other way.
  if (status < 200 || status > 599 || status === 204 || status === 304 || !isFieldText(reason)) return null;
  const isHead = method === "HEAD";
  let text = `HTTP/1.1 ${status} ${reason === "" ? (STATUS_CODES[status] ?? "unknown") : reason}\r\n`;
  let hasLength = false;
  let hasDate = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (!isToken(name) || !isFieldText(value)) return null;
    switch (name.length) {
      case "content-length".length:
        if (name.toLowerCase() !== "content-length") break;
        if (hasLength || (!isHead && Number(value) !== body.length)) return null;
        hasLength = true;
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
  if (!hasLength) return null;
  if (!hasDate) text += `Date: ${dateNow()}\r\n`;
  text += keepAlive
    ? `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(idleMs / 1_000)}\r\n\r\n`
    : "Connection: close\r\n\r\n";
  if (isHead || body.length === 0) return { text, rest: null };
  return body.length <= ONE_WRITE_BYTES
    ? { text: text + body.toString("latin1"), rest: null }
    : { text, rest: body };
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
