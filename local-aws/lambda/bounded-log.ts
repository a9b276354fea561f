/** As much of a log as is kept: the newest lines. */
export class BoundedLog {
  readonly #maxBytes: number;
  readonly #lines: string[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#bytes += sizeOf(line);
    // A line goes only when there is enough without it, so that the tail is always full.
    while (this.#bytes - sizeOf(this.#lines[0]!) >= this.#maxBytes) {
      this.#bytes -= sizeOf(this.#lines.shift()!);
    }
  }

  /** The newest bytes, no more than were asked for. */
  tail(): Buffer {
    const text = Buffer.from(this.#lines.map((line) => `${line}\n`).join(""));
    return text.subarray(Math.max(0, text.length - this.#maxBytes));
  }
}

const sizeOf = (line: string) => Buffer.byteLength(line) + 1;
