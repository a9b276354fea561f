import { UpstreamError } from "../upstream.ts";

/** Fields as they came, in the shape of a HeaderList, and the place behind the empty line that ends them. */
export interface FieldLines {
  readonly fields: string[];
  readonly end: number;
}

/** What the server sent breaks the grammar: it is no answer. */
export function malformed(what: string): UpstreamError {
  return new UpstreamError("bad-answer", what);
}

export const CR = 0x0d;
export const LF = 0x0a;
const COLON = 0x3a;
const SP = 0x20;
const HTAB = 0x09;

/** Bits of a byte's classes (RFC 9110 §5.5, §5.6.2). */
const TOKEN = 1;
const TEXT = 2;

const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const isText = byte === HTAB || (byte >= SP && byte !== 0x7f);
  return (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? TOKEN : 0) | (isText ? TEXT : 0);
});

/** Whatever is none of these classes. On strings, an expression takes half the time of a loop over the table. */
const NO_TOKEN = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const NO_TEXT = /[^\t\x20-\x7e\x80-\xff]/;

/** True for one or more characters that a method or a field's name may have. */
export function isToken(text: string): boolean {
  return text !== "" && !NO_TOKEN.test(text);
}

/** True for characters that a field's value may have: one byte each, and no control but HTAB. */
export function isFieldText(text: string): boolean {
  return !NO_TEXT.test(text);
}

/** The first place from `at` on whose byte is no text: the CR of a line, as a rule. */
export function endOfText(bytes: Buffer, at: number): number {
  return endOf(bytes, at, TEXT);
}

function endOf(bytes: Buffer, from: number, kind: number): number {
  let at = from;
  while (at < bytes.length && (CLASSES[bytes[at]!]! & kind) !== 0) at += 1;
  return at;
}

/** True for CRLF at this place, null when that cannot be told yet. Nothing else ends a line: no bare LF, no bare CR. */
export function isLineEnd(bytes: Buffer, at: number): boolean | null {
  if (at < bytes.length && bytes[at] !== CR) return false;
  if (at + 1 >= bytes.length) return null;
  return bytes[at + 1] === LF;
}

/**
 * Field lines and the empty line behind them, from this place on; null when more bytes are needed. Throws an
 * UpstreamError at the first byte that breaks RFC 9112 §5: a folded line, a blank before the colon, a control byte.
 */
export function fieldLines(bytes: Buffer, from: number): FieldLines | null {
  /** Four places a field: where its name and its value begin and end. */
  const places: number[] = [];
  let at = from;
  while (at < bytes.length) {
    if (bytes[at] === CR) {
      const ended = isLineEnd(bytes, at);
      if (ended === null) return null;
      if (!ended) throw malformed("a bare CR in the header");
      return { fields: cut(bytes, from, places), end: at + 2 };
    }
    const nameEnd = endOf(bytes, at, TOKEN);
    if (nameEnd === bytes.length) return null;
    if (nameEnd === at || bytes[nameEnd] !== COLON) throw malformed("a header line that is no field");
    let begin = nameEnd + 1;
    while (isBlank(bytes[begin])) begin += 1;
    const lineEnd = endOfText(bytes, begin);
    const ended = isLineEnd(bytes, lineEnd);
    if (ended === null) return null;
    if (!ended) throw malformed("control byte in a header field");
    let end = lineEnd;
    while (end > begin && isBlank(bytes[end - 1])) end -= 1;
    places.push(at, nameEnd, begin, end);
    at = lineEnd + 2;
  }
  return null;
}

function isBlank(byte: number | undefined): boolean {
  return byte === SP || byte === HTAB;
}

/** One conversion for all of them, then slices of it: much cheaper than one conversion each. */
function cut(bytes: Buffer, from: number, places: readonly number[]): string[] {
  const text = bytes.toString("latin1", from, places.at(-1) ?? from);
  const fields: string[] = [];
  for (let i = 0; i < places.length; i += 2) {
    fields.push(text.slice(places[i]! - from, places[i + 1]! - from));
  }
  return fields;
}
