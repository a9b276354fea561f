/** One element of a list. */
export interface Element {
  /** 1 for the first. */
  readonly number: number;
  /** Its JSON; null when it is longer than what was asked for. */
  readonly bytes: Buffer | null;
  readonly length: number;
}

export interface ElementList {
  readonly elements: AsyncIterable<Element>;
  /** What is wrong with the document around the elements; null when it is whole and has the list. To be asked at the end. */
  readonly damage: () => string | null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
/** Members on the way to the list have names shorter than this. */
const MAX_NAME = 32;

/**
 * The objects in a list deep in a JSON document (`log`, `entries`), one after another, so that the document never has to be
 * in memory. What is between them is not checked.
 */
export function jsonElements(
  chunks: AsyncIterable<Buffer>,
  path: readonly string[],
  maxBytes: number,
): ElementList {
  const scan = new Scan(path, maxBytes);
  async function* elements(): AsyncGenerator<Element> {
    for await (const chunk of chunks) yield* scan.elementsIn(chunk);
  }
  return { elements: elements(), damage: () => scan.damage() };
}

/** Where in the document the bytes so far end. */
class Scan {
  readonly #path: readonly string[];
  readonly #maxBytes: number;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The text that was last read at a depth where names matter. */
  #text = "";
  /** Names of the members that are open, from the outside in, as far as the path goes. */
  readonly #names: string[] = [];
  #sawList = false;
  #number = 0;
  /** Parts of the element being read; null outside of one. */
  #parts: Buffer[] | null = null;
  #length = 0;

  constructor(path: readonly string[], maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  damage(): string | null {
    if (this.#depth !== 0) return "the file is cut off: what came before it was read";
    return this.#sawList ? null : `this is no such file: it has no list \`${this.#path.join(".")}\``;
  }

  *elementsIn(chunk: Buffer): Generator<Element> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.#inString) this.#string(byte);
      else if (byte === QUOTE) {
        this.#inString = true;
        this.#text = "";
      } else if (byte === COLON) this.#named();
      else if (OPEN.has(byte)) {
        if (this.#opens(byte)) from = at;
      } else if (CLOSE.has(byte)) {
        this.#depth -= 1;
        if (this.#parts === null || this.#depth !== this.#listDepth) continue;
        this.#keep(chunk.subarray(from, at + 1));
        yield this.#element();
      }
    }
    if (this.#parts !== null) this.#keep(chunk.subarray(from));
  }

  get #listDepth(): number {
    return this.#path.length + 1;
  }

  #string(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
    else if (this.#parts === null && this.#text.length < MAX_NAME) this.#text += String.fromCharCode(byte);
  }

  #named(): void {
    if (this.#depth <= this.#path.length) this.#names[this.#depth - 1] = this.#text;
  }

  /** True when an element begins. */
  #opens(byte: number): boolean {
    const inList = this.#depth === this.#listDepth && this.#path.every((name, n) => this.#names[n] === name);
    this.#depth += 1;
    if (this.#depth === this.#listDepth && byte === 0x5b)
      this.#sawList ||= this.#path.every((name, n) => this.#names[n] === name);
    if (!inList || byte !== 0x7b) return false;
    this.#parts = [];
    this.#length = 0;
    return true;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length <= this.#maxBytes) this.#parts!.push(part);
    else this.#parts = [];
  }

  #element(): Element {
    const bytes = this.#length > this.#maxBytes ? null : Buffer.concat(this.#parts!);
    this.#parts = null;
    this.#number += 1;
    return { number: this.#number, bytes, length: this.#length };
  }
}
