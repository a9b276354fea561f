import { canonicalNumber } from "./decimal.ts";
import { type JsonSource, sourceOf, stringOf, typeOf } from "./json-source.ts";
import type { PlaceRules } from "./places.ts";
import type { CompareRules } from "./rules.ts";
import type { Work } from "./work.ts";

/** Identities stay below this, as every value takes a character of a body that is kept. */
const IDENTITIES = 2 ** 26;

const COVERED = 0;

/**
 * Gives every JSON value a number: two values have the same exactly when the rules call them the same, on whichever side.
 * What a matcher or an ignore rule covers is left out, so that elements find each other in spite of it. Values are numbered
 * once, so asking again costs nothing.
 */
export class JsonIdentities {
  readonly #strings = new Map<string, number>();
  readonly #others = new Map<string, number>();
  readonly #known = new Map<JsonSource, Int32Array>();
  readonly #options: Pick<CompareRules, "nullIsAbsent" | "numbersAsWritten">;
  readonly #now: number;
  readonly #work: Work;

  constructor(options: Pick<CompareRules, "nullIsAbsent" | "numbersAsWritten">, now: number, work: Work) {
    this.#options = options;
    this.#now = now;
    this.#work = work;
  }

  of(json: JsonSource, value: number, rules: PlaceRules, depth: number): number {
    let known = this.#known.get(json);
    if (known === undefined) this.#known.set(json, (known = new Int32Array(json.count)));
    // Kept one higher, as typed arrays begin with zeros.
    const kept = known[value]!;
    if (kept !== 0) return kept - 1;
    const identity = this.#identify(json, value, rules, depth);
    known[value] = identity + 1;
    return identity;
  }

  /** The numbers of a container's parts: what one element has in common with another that is not quite the same. */
  parts(json: JsonSource, value: number, rules: PlaceRules, depth: number): number[] {
    const type = typeOf(json, value);
    if (type === "object") return this.#members(json, value, rules, depth);
    return type === "array" ? this.#elements(json, value, rules, depth) : [];
  }

  #identify(json: JsonSource, value: number, rules: PlaceRules, depth: number): number {
    this.#work.enter(depth);
    if (isCovered(rules, this.#now)) return COVERED;
    switch (typeOf(json, value)) {
      case "object":
        return this.#number(this.#others, `{${inOrder(this.#members(json, value, rules, depth)).join()}`);
      case "array": {
        const elements = this.#elements(json, value, rules, depth);
        const isOrdered = rules.array === null || rules.array.as === "list";
        return this.#number(this.#others, `[${(isOrdered ? elements : inOrder(elements)).join()}`);
      }
      case "string":
        return this.#number(this.#strings, stringOf(json, value));
      case "number": {
        const source = sourceOf(json, value);
        return this.#number(this.#others, this.#options.numbersAsWritten ? source : canonicalNumber(source));
      }
      default:
        return this.#number(this.#others, sourceOf(json, value));
    }
  }

  /** Each member as one number, made of its name's and its value's. */
  #members(json: JsonSource, object: number, rules: PlaceRules, depth: number): number[] {
    const members: number[] = [];
    for (let name = object + 1; name < json.nexts[object]!; name = json.nexts[name + 1]!) {
      if (this.#options.nullIsAbsent && typeOf(json, name + 1) === "null") continue;
      const text = stringOf(json, name);
      const held = this.of(json, name + 1, rules.below(text), depth + 1);
      members.push(this.#number(this.#strings, text) * IDENTITIES + held);
    }
    return members;
  }

  #elements(json: JsonSource, array: number, rules: PlaceRules, depth: number): number[] {
    const elements: number[] = [];
    for (let value = array + 1; value < json.nexts[array]!; value = json.nexts[value]!) {
      const below = rules.isIdle ? rules : rules.below(String(elements.length));
      elements.push(this.of(json, value, below, depth + 1));
    }
    return elements;
  }

  #number(numbers: Map<string, number>, key: string): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#strings.size + this.#others.size + 1;
    numbers.set(key, number);
    return number;
  }
}

const inOrder = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

function isCovered(rules: PlaceRules, now: number): boolean {
  return (
    (rules.matcher !== null && (rules.matcherNamesPlace || rules.matcher.matcher.like === "any")) ||
    rules.excuse("value", now) !== undefined
  );
}
