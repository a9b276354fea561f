import { isUtf8 } from "node:buffer";

/** The text that bytes are in a character set, UTF-8 unless one is named; null when they are no such text. */
export function decodeText(bytes: Buffer, charset: string | null): string | null {
  if (charset === null || charset === "utf-8" || charset === "utf8")
    return isUtf8(bytes) ? bytes.toString("utf8") : null;
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Enough for an XML declaration, or for the `meta` that HTML wants within its first 1024 bytes. */
const PROLOGUE_BYTES = 1024;

/** The character set that a document names itself: `<?xml encoding="…"?>` or `<meta charset="…">`. */
export function namedInside(bytes: Buffer): string | null {
  const prologue = bytes.toString("latin1", 0, PROLOGUE_BYTES);
  return (
    /^<\?xml\s[^>]*encoding\s*=\s*["']([\w-]+)["']|<meta\s[^>]*charset\s*=\s*["']?([\w-]+)/i
      .exec(prologue)
      ?.slice(1)
      .find((name) => name !== undefined)
      ?.toLowerCase() ?? null
  );
}
