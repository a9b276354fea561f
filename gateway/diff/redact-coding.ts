import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { decodeContent as decode } from "./decode.ts";
import { splitOutsideQuotes } from "./field-value.ts";

const ENCODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  identity: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  "x-gzip": (bytes) => gzipSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
};

/** A body's content, or null when its codings cannot be taken off. */
export function decodeContent(bytes: Buffer, codings: readonly string[]): Buffer | null {
  try {
    return decode(bytes, codings);
  } catch {
    return null;
  }
}

/**
 * Content under the codings it had. Stored bodies keep them: without them Content-Encoding would not be true any more, and
 * without Content-Encoding a difference would be gone.
 */
export function encodeContent(content: Buffer, codings: readonly string[]): Buffer {
  const names = splitOutsideQuotes(codings.join(",").toLowerCase(), ",");
  return names.reduce((coded, name) => ENCODERS[name]!(coded), content);
}
