import { isUtf8 } from "node:buffer";

/** Strings from the wire hold a byte a character; in JSON they are what those bytes mean, or else latin1. */
export function utf8(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text;
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : text;
}

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** Percent-decoded; what cannot be decoded stays as it was. */
export function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
