import type { AnswerHead } from "./answer-head.ts";
import { malformed } from "./field-lines.ts";

/** How an answer's body is told from what follows it (RFC 9112 §6.3), and what becomes of its connection. */
export interface Framing {
  /** Bytes by Content-Length, or how else the body ends. A body that there cannot be has 0. */
  readonly length: number | "chunked" | "to-close";
  /** False when the connection ends with the answer. */
  readonly keepAlive: boolean;
  /** How long the server says that it keeps an idle connection, in milliseconds; null when it does not say. */
  readonly idleMs: number | null;
}

/** The framing of an answer to this method. Throws an UpstreamError where two readers could read it in two ways. */
export function framingOf(method: string, { fields, minor, status }: AnswerHead): Framing {
  let length: number | null = null;
  let chunked = false;
  let keepAlive = minor === 1;
  let idleMs: number | null = null;
  for (let i = 0; i < fields.length; i += 2) {
    // Most fields are told apart by their length alone.
    switch (fields[i]!.length) {
      case "content-length".length: {
        if (fields[i]!.toLowerCase() !== "content-length") break;
        if (length !== null) throw malformed("more than one Content-Length");
        length = lengthIn(fields[i + 1]!);
        break;
      }
      case "transfer-encoding".length: {
        if (fields[i]!.toLowerCase() !== "transfer-encoding") break;
        if (chunked || fields[i + 1]!.toLowerCase() !== "chunked") {
          throw malformed("a transfer coding other than one `chunked`");
        }
        chunked = true;
        break;
      }
      case "connection".length: {
        const name = fields[i]!.toLowerCase();
        if (name === "keep-alive") idleMs = idleIn(fields[i + 1]!);
        if (name === "connection") keepAlive = keptAlive(fields[i + 1]!, keepAlive);
        break;
      }
      default:
    }
  }
  if (chunked && length !== null) throw malformed("both Content-Length and Transfer-Encoding");
  if (chunked && minor === 0) throw malformed("Transfer-Encoding in an answer of HTTP/1.0");
  if (method === "HEAD" || status === 204 || status === 304) return { length: 0, keepAlive, idleMs };
  if (chunked) return { length: "chunked", keepAlive, idleMs };
  return length === null ? { length: "to-close", keepAlive: false, idleMs } : { length, keepAlive, idleMs };
}

/** 15 digits at most: beyond that, numbers are no longer exact. */
function lengthIn(value: string): number {
  if (!/^[0-9]{1,15}$/.test(value)) throw malformed("a Content-Length that is no number");
  return Number(value);
}

/** `close` has the last word (RFC 9112 §9.3). */
function keptAlive(value: string, otherwise: boolean): boolean {
  const options = value.toLowerCase().split(",");
  if (options.some((option) => option.trim() === "close")) return false;
  return otherwise || options.some((option) => option.trim() === "keep-alive");
}

function idleIn(value: string): number | null {
  const [, seconds] = /\btimeout=(\d{1,6})\b/i.exec(value) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}
