import { createReadStream } from "node:fs";
import { createGunzip, type Gunzip } from "node:zlib";
import { errorCode } from "../flags/error-code.ts";
import { CorpusError } from "./corpus.ts";

/** A file's path, or its bytes. */
export type CorpusSource = string | AsyncIterable<Uint8Array>;

/** Bytes of a file, unpacked where they are gzip. */
export interface Input {
  readonly chunks: AsyncIterable<Buffer>;
  /** What ended the bytes too early; null as long as nothing did. What came before it is good. */
  damage(): string | null;
}

/** Bytes that a gzip file may unfold to: a bomb of a few megabytes unfolds to as many gigabytes. */
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3;
/** Given to the decoder at once: what it makes of them is in memory, and is lost when something among them is damaged. */
const PACKED_BYTES = 2 * 1024;

/** Opens bytes for reading; gzip is told by its magic bytes. The stream rejects with a CorpusError when there is no file. */
export function openInput(source: CorpusSource, maxUnpackedBytes = MAX_UNPACKED_BYTES): Input {
  let damage: string | null = null;
  async function* chunks(): AsyncGenerator<Buffer> {
    const raw = typeof source === "string" ? fileChunks(source) : source;
    const packed = withHead(raw);
    const first = await packed.next();
    if (first.done === true) return;
    const all = rejoined(first.value, packed);
    if (first.value.readUInt16BE(0) !== 0x1f8b) {
      yield* all;
      return;
    }
    let unpacked = 0;
    try {
      for await (const chunk of gunzipped(all)) {
        unpacked += chunk.length;
        if (unpacked > maxUnpackedBytes)
          throw new Damage(`the gzip file unfolds to more than ${maxUnpackedBytes} bytes; split it`);
        yield chunk;
      }
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      damage = error.message;
    }
  }
  return { chunks: chunks(), damage: () => damage };
}

class Damage extends Error {}

async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT") throw new CorpusError(`there is no file ${path}: check its name`);
    throw new CorpusError(
      `${path} cannot be read (${code ?? String(error)}): check what it is and who may read it`,
    );
  }
}

/** The same bytes, the first chunk of which has two of them at least; a file of one byte gets a newline. */
async function* withHead(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let hasHead = false;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (hasHead) {
      yield bytes;
      continue;
    }
    head = Buffer.concat([head, bytes]);
    hasHead = head.length >= 2;
    if (hasHead) yield head;
  }
  if (!hasHead && head.length > 0) yield Buffer.concat([head, Buffer.from("\n")]);
}

async function* rejoined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/**
 * Unpacks as far as the bytes are good. A stream that is iterated throws away what it has not yet handed out when it fails,
 * and that would be the last lines of a file that was cut off.
 */
async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  let unpacked: Buffer[] = [];
  // Whoever feeds it listens, but it may fail in between.
  gunzip.on("error", () => undefined);
  gunzip.on("data", (chunk: Buffer) => void unpacked.push(chunk));
  const taken = () => {
    const chunks = unpacked;
    unpacked = [];
    return chunks;
  };
  try {
    for await (const chunk of packed) {
      for (let from = 0; from < chunk.length; from += PACKED_BYTES) {
        const failure = await fed(gunzip, chunk.subarray(from, from + PACKED_BYTES));
        yield* taken();
        if (failure !== null)
          throw new Damage(
            `the gzip data is damaged (${failure}); what came ${PACKED_BYTES} bytes before that was read`,
          );
      }
    }
    const failure = await fed(gunzip, null);
    yield* taken();
    if (failure !== null) throw new Damage("the gzip file is cut off; what came before it was read");
  } finally {
    gunzip.destroy();
  }
}

/** Resolves once the decoder took it, with what is wrong with it. Null is the end. */
function fed(gunzip: Gunzip, chunk: Buffer | null): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: Error) => settle(error.message);
    // Without this nothing would be heard of bytes that it does not want.
    const ended = () => settle(chunk === null ? null : "something else follows its end");
    const settle = (failure: string | null) => {
      gunzip.off("error", failed).off("end", ended);
      resolve(failure);
    };
    gunzip.on("error", failed).on("end", ended);
    if (chunk === null) gunzip.end();
    else gunzip.write(chunk, (error) => settle(error?.message ?? null));
  });
}
