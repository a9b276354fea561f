import type { HeaderList } from "../../http/headers.ts";

/** Takes an answer's body out of the bytes that a connection brings. */
export interface BodyReader {
  /** True once the last byte of the body, framing included, was read. */
  readonly ended: boolean;
  /** As they came; known once the body has ended. */
  readonly trailers: HeaderList;
  /**
   * Gives the body's bytes among these to `take`, as slices of them, and keeps none of them itself. How many bytes it read:
   * fewer than all only when the body has ended. Throws an UpstreamError when the framing is broken.
   */
  read(bytes: Buffer, take: (slice: Buffer) => void): number;
}

const NONE: HeaderList = [];

/** A body of so many bytes. */
export class SizedBody implements BodyReader {
  readonly trailers = NONE;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get ended(): boolean {
    return this.#left === 0;
  }

  read(bytes: Buffer, take: (slice: Buffer) => void): number {
    const length = Math.min(bytes.length, this.#left);
    this.#left -= length;
    if (length > 0) take(bytes.subarray(0, length));
    return length;
  }
}

/** A body that goes on until the connection ends. */
export class UnsizedBody implements BodyReader {
  readonly trailers = NONE;
  readonly ended = false;

  read(bytes: Buffer, take: (slice: Buffer) => void): number {
    if (bytes.length > 0) take(bytes.subarray());
    return bytes.length;
  }
}
