import { createReadStream } from "node:fs";
import { errorCode } from "../flags/error-code.ts";

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** One line of a file, without its newline. */
export interface Line {
  /** 1 for the first. */
  readonly number: number;
  /** Not more than were asked for. */
  readonly bytes: Buffer;
  readonly length: number;
  /** False for the last line of a file that ends without a newline. */
  readonly ended: boolean;
}

/** Lines of a stream, as they are; of a long one only the first `maxBytes` are kept. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let length = 0;
  let kept: Buffer[] = [];
  const keep = (part: Buffer) => {
    if (length < maxBytes) kept.push(part.subarray(0, maxBytes - length));
    length += part.length;
  };
  const line = (ended: boolean): Line => {
    const whole = { number, bytes: Buffer.concat(kept), length, ended };
    [number, length, kept] = [number + 1, 0, []];
    return whole;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at));
      from = at + 1;
      yield line(true);
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield line(false);
}

/** Lines of a file, however long the file is; none when there is no file. */
export async function* fileLines(path: string, maxBytes: number): AsyncGenerator<Line> {
  try {
    yield* linesOf(createReadStream(path, { highWaterMark: CHUNK_BYTES }), maxBytes);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}
