import { Readable } from "node:stream";
import { without } from "../../http/headers.ts";
import type { Payload } from "../../routes/function-target.ts";
import type { UpstreamResponse } from "../upstream.ts";
import { answerHead, readAnswer } from "./answer.ts";
import { beginningOf } from "./prelude.ts";

/** What a buffered answer may have at most; a stream without a head is no longer held back then. */
const MAX_HELD_BYTES = 6 * 1024 * 1024;

export interface StreamedAnswer {
  readonly chunks: AsyncIterator<Uint8Array, unknown>;
  readonly method: string;
  readonly format: Payload;
  /** Called once when nobody reads any further, or all was read. */
  readonly onClose: () => void;
}

/**
 * A streamed answer as an HTTP answer, resolved with its head as soon as that is whole; the body follows as it comes.
 * - a prelude says status, headers and cookies;
 * - what does not begin like one is a body by itself: 200, application/octet-stream, as from a Function URL;
 * - what begins like one and ends without, is the buffered answer of a function that does not stream.
 */
export async function readStreamedAnswer(answer: StreamedAnswer): Promise<UpstreamResponse> {
  const { chunks, method, format, onClose } = answer;
  let held = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await chunks.next();
    if (done === true) {
      onClose();
      return held.length === 0 ? bare(held) : readAnswer(held, method, format);
    }
    held = held.length === 0 ? Buffer.from(value) : Buffer.concat([held, value]);
    const beginning = beginningOf(held);
    if (beginning.kind === "prelude") {
      const { status, headers } = answerHead({ statusCode: 200, ...beginning.prelude }, format);
      // The length is only known at the end: one that is claimed ahead could cut the body, or run into the next answer.
      const fields = method === "HEAD" || status === 304 ? headers : without(headers, CONTENT_LENGTH);
      return { status, reason: "", headers: fields, body: bodyOf(beginning.rest, chunks, onClose) };
    }
    if (beginning.kind === "raw" || held.length > MAX_HELD_BYTES) {
      return bare(bodyOf(held, chunks, onClose));
    }
  }
}

const CONTENT_LENGTH = new Set(["content-length"]);

function bare(body: Buffer | Readable): UpstreamResponse {
  return { status: 200, reason: "", headers: ["content-type", "application/octet-stream"], body };
}

/** Read only as fast as it is read from; what breaks off is destroyed with its error. */
function bodyOf(first: Buffer, chunks: AsyncIterator<Uint8Array, unknown>, onClose: () => void): Readable {
  return new Readable({
    construct(callback) {
      if (first.length > 0) this.push(first);
      callback();
    },
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    // Ends the call at once. Waiting for the iterator to return would be waiting for the function's next word.
    destroy(error, callback) {
      onClose();
      callback(error);
    },
  });
}
