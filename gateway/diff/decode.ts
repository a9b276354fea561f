import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { splitOutsideQuotes } from "./field-value.ts";
import { Undecided } from "./work.ts";

/** Bytes that a decoded body may have: a few thousand bytes of zeros, compressed, unfold to gigabytes. */
export const MAX_DECODED_BYTES = 8 * 1024 * 1024;

/** Codings that may be stacked. Real answers have one. */
const MAX_CODINGS = 4;

/** Coding → its decoder (RFC 9110 §8.4.1, RFC 7932, RFC 8878). */
const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  identity: (bytes) => bytes,
  gzip: (bytes) => gunzipSync(bytes, { maxOutputLength: MAX_DECODED_BYTES }),
  "x-gzip": (bytes) => gunzipSync(bytes, { maxOutputLength: MAX_DECODED_BYTES }),
  br: (bytes) => brotliDecompressSync(bytes, { maxOutputLength: MAX_DECODED_BYTES }),
  zstd: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MAX_DECODED_BYTES }),
  deflate: inflate,
};

/** The content of a body: its bytes without the codings that Content-Encoding names, the last of which was put on last. */
export function decodeContent(bytes: Buffer, contentEncoding: readonly string[]): Buffer {
  // HEAD and 304 name a coding and have no body.
  if (bytes.length === 0) return bytes;
  const codings = splitOutsideQuotes(contentEncoding.join(",").toLowerCase(), ",");
  if (codings.length > MAX_CODINGS) throw new Undecided("undecodable", `${codings.length} codings`);
  return codings.reduceRight((coded, coding) => {
    const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
    if (decode === undefined) throw new Undecided("undecodable", `coding ${coding} is not known`);
    try {
      return decode(coded);
    } catch {
      throw new Undecided("undecodable", `not ${coding}, or more than ${MAX_DECODED_BYTES} bytes of it`);
    }
  }, bytes);
}

/** The coding `deflate` is zlib's format, but some servers send it without zlib's header (RFC 9110 §8.4.1.2). */
function inflate(bytes: Buffer): Buffer {
  const options = { maxOutputLength: MAX_DECODED_BYTES };
  // Method 8 and a header that 31 divides (RFC 1950 §2.2).
  const hasHeader = bytes.length >= 2 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return hasHeader ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}
