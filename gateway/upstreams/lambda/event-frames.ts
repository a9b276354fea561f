import { crc32 } from "node:zlib";

/** One message of `application/vnd.amazon.eventstream`. */
export interface EventFrame {
  /** Header fields whose values are strings; Lambda sends no others. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

/** Lengths and their CRC. */
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
/** Payload and headers at most, as the format has it. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024 + 128 * 1024 + PRELUDE_BYTES + CRC_BYTES;

const STRING = 7;
/** Bytes of a header's value by its type; those of bytes and strings say theirs themselves. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 };

/**
 * Messages out of bytes that are cut anywhere (https://smithy.io/2.0/aws/amazon-eventstream.html). Throws when a checksum
 * or a length is wrong, or when the bytes end in the middle of one.
 */
export async function* eventFrames(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<EventFrame, void> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** Bytes that the next step needs: a frame is put together once, however many pieces it came in. */
  let needed = PRELUDE_BYTES;
  for await (const chunk of chunks) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < needed) continue;
    let bytes = held.length === 1 ? chunk : Buffer.concat(held);
    for (;;) {
      needed = bytes.length < PRELUDE_BYTES ? PRELUDE_BYTES : frameBytes(bytes);
      if (bytes.length < needed) break;
      yield frameOf(bytes.subarray(0, needed));
      bytes = bytes.subarray(needed);
    }
    held = bytes.length === 0 ? [] : [bytes];
    heldBytes = bytes.length;
  }
  if (heldBytes > 0) throw new Error("it ended in the middle of an event");
}

/** The length that a checked prelude says. */
function frameBytes(bytes: Buffer): number {
  const total = bytes.readUInt32BE(0);
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw new Error("an event's prelude is damaged");
  const least = PRELUDE_BYTES + bytes.readUInt32BE(4) + CRC_BYTES;
  if (total < least || total > MAX_FRAME_BYTES) throw new Error("an event's length is none");
  return total;
}

function frameOf(frame: Buffer): EventFrame {
  const end = frame.length - CRC_BYTES;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) throw new Error("an event is damaged");
  const headersEnd = PRELUDE_BYTES + frame.readUInt32BE(4);
  return {
    headers: headersOf(frame.subarray(PRELUDE_BYTES, headersEnd)),
    payload: frame.subarray(headersEnd, end),
  };
}

/** Reads beyond the end of the headers throw by themselves. */
function headersOf(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString("utf8", at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    const fixed = VALUE_BYTES[type];
    const begin = nameEnd + (fixed === undefined ? 3 : 1);
    at = begin + (fixed ?? bytes.readUInt16BE(nameEnd + 1));
    if (at > bytes.length || (fixed === undefined && type !== STRING && type !== 6)) {
      throw new Error("an event's headers are none");
    }
    if (type === STRING) headers.set(name, bytes.toString("utf8", begin, at));
  }
  return headers;
}
