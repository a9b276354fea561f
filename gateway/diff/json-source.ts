import { endOfScalar, endOfString, skipSpace } from "./json-scan.ts";

/**
 * A JSON text and where its values are, instead of the values: so numbers keep every digit, members their order and their
 * duplicates, and nothing is ever assigned to a name that came over the wire. Values are numbered in document order. A
 * member is two values in a row, its name and what it holds.
 */
export interface JsonSource {
  readonly text: string;
  /** Where each value begins in the text. */
  readonly starts: Int32Array;
  /** Where each value ends. */
  readonly ends: Int32Array;
  /** The number of the first value behind each value and all that is in it. */
  readonly nexts: Int32Array;
  /** How many values there are; the arrays may have room for more. */
  readonly count: number;
}

export type JsonType = "object" | "array" | "string" | "number" | "boolean" | "null";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
/** In ASCII, a bracket and a brace close two code points behind the one that opens. */
const TO_CLOSER = 2;

/** Reads a JSON text (RFC 8259), nested however deep, or returns null when it is none. */
export function parseJson(text: string): JsonSource | null {
  return new JsonReader(text).read();
}

class JsonReader {
  readonly #text: string;
  #count = 0;
  #starts: Int32Array;
  #ends: Int32Array;
  #nexts: Int32Array;
  /** The containers that are open, the innermost last. */
  readonly #open: number[] = [];
  /** What closes the innermost. */
  #closer = 0;

  constructor(text: string) {
    this.#text = text;
    // Real answers have a value in every seven or eight characters.
    const capacity = (text.length >> 2) + 16;
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
    this.#nexts = new Int32Array(capacity);
  }

  read(): JsonSource | null {
    const text = this.#text;
    let at = skipSpace(text, 0);
    while (at >= 0) {
      const first = text.charCodeAt(at);
      if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
        this.#enter(at, first);
        at = skipSpace(text, at + 1);
        if (text.charCodeAt(at) !== this.#closer) {
          if (first === OPEN_OBJECT) at = this.#readName(at);
          continue;
        }
      } else {
        at = this.#add(at, endOfScalar(text, at, first));
        if (at < 0) return null;
        at = skipSpace(text, at);
      }
      at = this.#leave(at);
      if (this.#open.length === 0) return at === text.length ? this.#source() : null;
      if (at < 0 || text.charCodeAt(at) !== COMMA) return null;
      at = skipSpace(text, at + 1);
      if (this.#closer === OPEN_OBJECT + TO_CLOSER) at = this.#readName(at);
    }
    return null;
  }

  #source(): JsonSource {
    return {
      text: this.#text,
      starts: this.#starts,
      ends: this.#ends,
      nexts: this.#nexts,
      count: this.#count,
    };
  }

  #enter(at: number, first: number): void {
    this.#open.push(this.#count);
    this.#closer = first + TO_CLOSER;
    this.#add(at, at + 1);
  }

  /** Closes all that closes here; returns where the next thing stands. */
  #leave(from: number): number {
    let at = from;
    while (this.#open.length > 0 && this.#text.charCodeAt(at) === this.#closer) {
      const closed = this.#open.pop()!;
      this.#ends[closed] = at + 1;
      this.#nexts[closed] = this.#count;
      if (this.#open.length > 0) {
        const outer = this.#open[this.#open.length - 1]!;
        this.#closer = this.#text.charCodeAt(this.#starts[outer]!) + TO_CLOSER;
      }
      at = skipSpace(this.#text, at + 1);
    }
    return at;
  }

  /** Reads a member's name and colon; returns where its value stands, or -1. */
  #readName(at: number): number {
    if (this.#text.charCodeAt(at) !== QUOTE) return -1;
    const end = this.#add(at, endOfString(this.#text, at));
    if (end < 0) return -1;
    const colon = skipSpace(this.#text, end);
    return this.#text.charCodeAt(colon) === COLON ? skipSpace(this.#text, colon + 1) : -1;
  }

  #add(start: number, end: number): number {
    if (this.#count === this.#starts.length) this.#grow();
    const value = this.#count++;
    this.#starts[value] = start;
    this.#ends[value] = end;
    this.#nexts[value] = this.#count;
    return end;
  }

  #grow(): void {
    const larger = (array: Int32Array) => {
      const copy = new Int32Array(array.length * 2);
      copy.set(array);
      return copy;
    };
    this.#starts = larger(this.#starts);
    this.#ends = larger(this.#ends);
    this.#nexts = larger(this.#nexts);
  }
}

export function typeOf({ text, starts }: JsonSource, value: number): JsonType {
  switch (text.charCodeAt(starts[value]!)) {
    case OPEN_OBJECT:
      return "object";
    case OPEN_ARRAY:
      return "array";
    case QUOTE:
      return "string";
    case 0x6e:
      return "null";
    case 0x74:
    case 0x66:
      return "boolean";
    default:
      return "number";
  }
}

export function sourceOf({ text, starts, ends }: JsonSource, value: number): string {
  return text.slice(starts[value], ends[value]);
}

/** What a string says, its escapes resolved. */
export function stringOf(json: JsonSource, value: number): string {
  const inside = json.text.slice(json.starts[value]! + 1, json.ends[value]! - 1);
  return inside.includes("\\") ? unescape(inside) : inside;
}

/** The numbers of an array's elements. */
export function elementsOf({ nexts }: JsonSource, array: number): number[] {
  const elements: number[] = [];
  for (let value = array + 1; value < nexts[array]!; value = nexts[value]!) elements.push(value);
  return elements;
}

/** Name → the values it holds, last first, from a member on. */
export function membersFrom(json: JsonSource, object: number, from: number): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (let name = from; name < json.nexts[object]!; name = json.nexts[name + 1]!) {
    const text = stringOf(json, name);
    const values = members.get(text);
    if (values) values.push(name + 1);
    else members.set(text, [name + 1]);
  }
  for (const values of members.values()) values.reverse();
  return members;
}

const ESCAPED: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function unescape(inside: string): string {
  return inside.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, char: string) =>
    hex === undefined ? (ESCAPED[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
