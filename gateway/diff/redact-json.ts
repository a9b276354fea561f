import { parseJson, stringOf, typeOf, type JsonSource } from "./json-source.ts";
import { compileRules, type PlaceRules } from "./places.ts";
import { DEFAULT_RULES } from "./rules.ts";
import { isCardNumber } from "./redact-detectors.ts";
import type { TextTerms } from "./redact-text.ts";

/** What is needed to tell secrets in a JSON text. */
export interface JsonTerms extends TextTerms {
  /** True when numbers are the same only when they are written the same. */
  readonly numbersAsWritten: boolean;
  /** What a string says, redacted. */
  readonly redactString: (text: string) => string;
}

/** Places whose values an operator calls secret, as a tree to walk down. */
export function secretPlaces(places: readonly string[]): PlaceRules {
  const rule = { kind: null, owner: "", reason: "", until: Number.POSITIVE_INFINITY };
  const ignores = places.map((at) => ({ ...rule, id: `redact ${at}`, at }));
  return compileRules({ ...DEFAULT_RULES, ignores });
}

export const isSecretPlace = (place: PlaceRules) => place.ignores.length > 0;

/** An object or array that is being walked through. */
interface Open {
  /** Number of the first value behind it. */
  readonly next: number;
  readonly isObject: boolean;
  readonly isSecret: boolean;
  readonly place: PlaceRules;
  elements: number;
}

/**
 * A JSON text with its secrets replaced by tokens, every other byte as it was; null when it is no JSON. Below the name of a
 * secret all strings and numbers are one. `true`, `false` and `null` stay: they are worth no guess.
 */
export function redactJson(
  text: string,
  terms: JsonTerms,
  root: PlaceRules,
  isSecret = false,
): string | null {
  const json = parseJson(text);
  if (json === null) return null;
  let done = 0;
  let redacted = "";
  const replace = (value: number, by: string | null) => {
    if (by === null) return;
    redacted += text.slice(done, json.starts[value]) + by;
    done = json.ends[value]!;
  };
  const open: Open[] = [];
  for (let value = 0; value < json.count; value++) {
    while (open.at(-1)?.next === value) open.pop();
    const parent = open.at(-1);
    let place = parent?.place ?? root;
    let secret = parent?.isSecret ?? isSecret;
    if (parent?.isObject) {
      const name = stringOf(json, value);
      secret ||= terms.isSensitive(name);
      place = place.below(name);
      replace(value, changedString(name, terms));
      value += 1;
    } else if (parent) {
      place = place.below(String(parent.elements));
      parent.elements += 1;
    }
    secret ||= isSecretPlace(place);
    const type = typeOf(json, value);
    if (type === "object" || type === "array") {
      const isObject = type === "object";
      open.push({ next: json.nexts[value]!, isObject, isSecret: secret, place, elements: 0 });
    } else {
      replace(value, scalar(json, value, secret, terms));
    }
  }
  return redacted + text.slice(done);
}

/** What stands for a scalar, as JSON source; null when it stays. */
function scalar(json: JsonSource, value: number, isSecret: boolean, terms: JsonTerms): string | null {
  const type = typeOf(json, value);
  if (type === "string") {
    const says = stringOf(json, value);
    return isSecret ? JSON.stringify(terms.vault.token(says)) : changedString(says, terms);
  }
  if (type !== "number") return null;
  const source = json.text.slice(json.starts[value], json.ends[value]);
  if (!isSecret && !isCardNumber(source) && !terms.vault.isKnown(source)) return null;
  return terms.vault.numberToken(source, terms.numbersAsWritten);
}

function changedString(says: string, terms: JsonTerms): string | null {
  const redacted = terms.redactString(says);
  return redacted === says ? null : JSON.stringify(redacted);
}
