import type { Readable, Writable } from "node:stream";

/**
 * Memory that reads go into, used again once all that was read has been passed on. With new memory for each read of 64 KB,
 * V8 collects everything several times a second (docs/performance.md).
 *
 * Whoever does nothing here keeps what it got for good: bytes come back only from whom they were lent to, and only who
 * lends them knows that nothing else is needed of their buffer.
 */

export const READ_BYTES = 64 * 1024;

/** What is kept for later: 4 MB. */
const MOST_SPARE = 64;

/** On a slice: whom it was lent to. Weak maps of what lives this shortly cost more than new memory would. */
const LENT_TO = Symbol("lent to");
/** On the memory itself: the buffer that it is all of, and how many slices of it are out. */
const OWNER = Symbol("owner");

type Slice = Buffer & { [LENT_TO]?: object | undefined };
type Memory = ArrayBufferLike & { [OWNER]?: { readonly whole: Buffer; lent: number } };

const spare: Buffer[] = [];

/** A buffer of `READ_BYTES` that nobody else has. */
export function readBuffer(): Buffer {
  return spare.pop() ?? made();
}

/** From here on the buffer that these bytes lie in is used again, once each slice of it that was lent was given back. */
export function lend(bytes: Slice, to: object): void {
  const owner = (bytes.buffer as Memory)[OWNER];
  if (owner === undefined) return;
  owner.lent += 1;
  bytes[LENT_TO] = to;
}

/** Nobody will look at these bytes again. Nothing happens unless they were lent to whom gives them back. */
export function giveBack(bytes: Slice, by: object): void {
  if (bytes[LENT_TO] !== by) return;
  bytes[LENT_TO] = undefined;
  const owner = (bytes.buffer as Memory)[OWNER]!;
  owner.lent -= 1;
  if (owner.lent === 0) unused(owner.whole);
}

/**
 * Writes what a body has just handed on, which gets it back once it is out. False when there is no room for more. For what
 * keeps nothing of what is written to it, such as a socket; and listeners of the body's that keep a chunk must stay.
 */
export function passOn(chunk: Buffer, body: Readable, out: Writable): boolean {
  // Who else listens, such as the capture of a copy, may keep what it hears. Who stands between has it from another body.
  if (body.listenerCount("data") > 1) return out.write(chunk);
  return out.write(chunk, (error) => {
    // What failed may still be on its way somewhere.
    if (!error) giveBack(chunk, body);
  });
}

/** Takes a buffer back in which there is nothing that anybody needs. */
export function unused(buffer: Buffer): void {
  if (spare.length < MOST_SPARE) spare.push(buffer);
}

function made(): Buffer {
  const whole = Buffer.allocUnsafeSlow(READ_BYTES);
  (whole.buffer as Memory)[OWNER] = { whole, lent: 0 };
  return whole;
}
