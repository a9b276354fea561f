import { endOfText, fieldLines, isLineEnd, malformed } from "./field-lines.ts";

/** An answer's head as it came over the wire: interim or final. */
export interface AnswerHead {
  /** HTTP/1.0 or HTTP/1.1. */
  readonly minor: 0 | 1;
  /** 100–999. */
  readonly status: number;
  /** As it was sent; empty when there was none. */
  readonly reason: string;
  /** All fields in their order and case, hop-by-hop ones included. */
  readonly fields: string[];
  /** Bytes of the head, its empty line included. */
  readonly bytes: number;
}

/** As much as clients may send us. */
export const MAX_HEAD_BYTES = 32 * 1024;

const VERSION = Buffer.from("HTTP/1.");
const ZERO = 0x30;
const SP = 0x20;

/** Where the reason phrase's separator stands: `HTTP/1.1 200`. */
const CODE_END = 12;

/**
 * The head at the beginning of these bytes, or null when more are needed. Throws an UpstreamError as soon as it can be
 * told that there is none (RFC 9112 §4, §5).
 */
export function answerHead(bytes: Buffer): AnswerHead | null {
  const head = headIn(bytes);
  if ((head?.bytes ?? bytes.length) > MAX_HEAD_BYTES) {
    throw malformed(`a head of more than ${MAX_HEAD_BYTES} bytes`);
  }
  return head;
}

function headIn(bytes: Buffer): AnswerHead | null {
  const version = Math.min(bytes.length, VERSION.length);
  for (let i = 0; i < version; i++) {
    if (bytes[i] !== VERSION[i]) throw malformed("no status line of HTTP/1");
  }
  if (bytes.length <= CODE_END) return null;

  const minor = digit(bytes, 7);
  const status = digit(bytes, 9) * 100 + digit(bytes, 10) * 10 + digit(bytes, 11);
  if ((minor !== 0 && minor !== 1) || bytes[8] !== SP || !(status >= 100)) {
    throw malformed("no status line of HTTP/1");
  }
  // Servers that have no reason to give leave its separator out, too.
  const reasonBegin = bytes[CODE_END] === SP ? CODE_END + 1 : CODE_END;
  const reasonEnd = reasonBegin === CODE_END ? CODE_END : endOfText(bytes, reasonBegin);
  const ended = isLineEnd(bytes, reasonEnd);
  if (ended === null) return null;
  if (!ended) throw malformed("control byte in the reason phrase");

  const lines = fieldLines(bytes, reasonEnd + 2);
  if (lines === null) return null;
  const reason = bytes.toString("latin1", reasonBegin, reasonEnd);
  return { minor, status, reason, fields: lines.fields, bytes: lines.end };
}

/** NaN for anything but a digit. */
function digit(bytes: Buffer, at: number): number {
  const value = bytes[at]! - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
