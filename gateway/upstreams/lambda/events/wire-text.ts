import { isUtf8 } from "node:buffer";

/** Strings from the wire hold a byte a character; in JSON they are what those bytes mean, or else latin1. */
export function utf8(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    const bytes = Buffer.from(text, "latin1");
    return isUtf8(bytes) ? bytes.toString("utf8") : text;
  }
  return text;
}

/** Percent-decoded; what cannot be decoded stays as it was. */
export function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
