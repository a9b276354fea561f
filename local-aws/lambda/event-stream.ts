import { crc32 } from "node:zlib";

const STRING = 7;

/**
 * One event of `application/vnd.amazon.eventstream`: lengths, their CRC, headers, payload, the whole's CRC.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function eventFrame(eventType: string, contentType: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([
    header(":event-type", eventType),
    header(":content-type", contentType),
    header(":message-type", "event"),
  ]);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([prelude, uint32(crc32(prelude)), headers, payload]);
  return Buffer.concat([message, uint32(crc32(message))]);
}

function header(name: string, value: string): Buffer {
  const lengths = Buffer.alloc(3);
  lengths.writeUInt8(STRING, 0);
  lengths.writeUInt16BE(Buffer.byteLength(value), 1);
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), lengths, Buffer.from(value)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}
