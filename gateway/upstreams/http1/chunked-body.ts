import type { HeaderList } from "../../http/headers.ts";
import { MAX_HEAD_BYTES } from "./answer-head.ts";
import type { BodyReader } from "./body-reader.ts";
import { CR, endOfText, fieldLines, LF, malformed } from "./field-lines.ts";

/** What the next byte belongs to. */
type Part =
  | "size"
  | "extension"
  | "end of the size's line"
  | "data"
  | "CR behind data"
  | "LF behind data"
  | "trailers"
  | "nothing";

/** Larger numbers are no longer exact; a terabyte in one chunk is none. */
const MAX_SIZE_DIGITS = 10;

/** Of all extensions of a body together. They mean nothing to us, and are the cheapest way to keep a reader busy. */
const MAX_EXTENSION_BYTES = 16 * 1024;

const SEMICOLON = 0x3b;

/** A chunked body (RFC 9112 §7.1), strictly: every line ends with CRLF, sizes are bare hexadecimal digits. */
export class ChunkedBody implements BodyReader {
  trailers: HeaderList = [];
  #next: Part = "size";
  #size = 0;
  #digits = 0;
  #extensionBytes = 0;
  /** What has come of the trailer section. */
  #section: Buffer | null = null;

  get ended(): boolean {
    return this.#next === "nothing";
  }

  read(bytes: Buffer, take: (slice: Buffer) => void): number {
    let at = 0;
    while (at < bytes.length && !this.ended) {
      at = this.#next === "data" ? this.#data(bytes, at, take) : this.#between(bytes, at);
    }
    return at;
  }

  #data(bytes: Buffer, at: number, take: (slice: Buffer) => void): number {
    const end = Math.min(bytes.length, at + this.#size);
    this.#size -= end - at;
    if (this.#size === 0) this.#next = "CR behind data";
    take(bytes.subarray(at, end));
    return end;
  }

  /** Reads the framing at this place; where it ends. */
  #between(bytes: Buffer, at: number): number {
    const byte = bytes[at]!;
    switch (this.#next) {
      case "size":
        return this.#sizeByte(byte, at);
      case "extension": {
        const end = endOfText(bytes, at);
        this.#extensionBytes += end - at;
        if (this.#extensionBytes > MAX_EXTENSION_BYTES) throw malformed("chunk extensions without end");
        if (end === bytes.length) return end;
        if (bytes[end] !== CR) throw malformed("control byte in a chunk extension");
        this.#next = "end of the size's line";
        return end + 1;
      }
      case "end of the size's line":
        if (byte !== LF) throw malformed("a bare CR on a chunk's line");
        this.#next = this.#size === 0 ? "trailers" : "data";
        return at + 1;
      case "CR behind data":
        if (byte !== CR) throw malformed("a chunk longer than its size");
        this.#next = "LF behind data";
        return at + 1;
      case "LF behind data":
        if (byte !== LF) throw malformed("a chunk longer than its size");
        this.#next = "size";
        this.#size = 0;
        this.#digits = 0;
        return at + 1;
      case "trailers":
        return this.#trailers(bytes, at);
      case "data":
      case "nothing":
        throw new Error("this is not between chunks");
      default:
        return this.#next satisfies never;
    }
  }

  #sizeByte(byte: number, at: number): number {
    const value = hexValue(byte);
    if (value !== -1) {
      this.#digits += 1;
      if (this.#digits > MAX_SIZE_DIGITS) throw malformed("a chunk size that is too large");
      this.#size = this.#size * 16 + value;
      return at + 1;
    }
    if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) {
      throw malformed("a chunk size that is no number");
    }
    this.#next = byte === CR ? "end of the size's line" : "extension";
    return at + 1;
  }

  #trailers(bytes: Buffer, at: number): number {
    const before = this.#section?.length ?? 0;
    const rest = bytes.subarray(at);
    const section = Buffer.concat(this.#section === null ? [rest] : [this.#section, rest]);
    const lines = fieldLines(section, 0);
    if ((lines?.end ?? section.length) > MAX_HEAD_BYTES) throw malformed("trailers without end");
    if (lines === null) {
      this.#section = section;
      return bytes.length;
    }
    this.trailers = lines.fields;
    this.#next = "nothing";
    return at + lines.end - before;
  }
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lowered = byte | 0x20;
  return lowered >= 0x61 && lowered <= 0x66 ? lowered - 0x61 + 10 : -1;
}
