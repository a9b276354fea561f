import { sourceOf, stringOf, typeOf, type JsonSource } from "../diff/json-source.ts";

/** A string or number in a JSON text. */
export interface JsonScalar {
  /** Steps to it, each with a `/` before it; elements by their index. */
  readonly place: string;
  /** The nearest member's name; empty when there is none. */
  readonly member: string;
  readonly kind: "string" | "number";
  /** What it says; of a number, every digit as it is written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Deeper than any answer is meant to be read; what is below is left alone. */
const MAX_DEPTH = 64;

/** Strings and numbers of a JSON text in their order; names of members are not among them. */
export function* jsonScalars(
  json: JsonSource,
  value = 0,
  place = "",
  member = "",
  depth = 0,
): Generator<JsonScalar> {
  const type = typeOf(json, value);
  const [start, end] = [json.starts[value]!, json.ends[value]!];
  if (type === "string") yield { place, member, kind: type, text: stringOf(json, value), start, end };
  if (type === "number") yield { place, member, kind: type, text: sourceOf(json, value), start, end };
  if (depth >= MAX_DEPTH) return;
  const behind = json.nexts[value]!;
  if (type === "array") {
    for (let element = value + 1, index = 0; element < behind; element = json.nexts[element]!, index++)
      yield* jsonScalars(json, element, `${place}/${index}`, member, depth + 1);
  }
  if (type === "object") {
    for (let name = value + 1; name < behind; name = json.nexts[name + 1]!) {
      const inner = stringOf(json, name);
      yield* jsonScalars(json, name + 1, `${place}/${inner}`, inner, depth + 1);
    }
  }
}
