import type { PlaceRules } from "./places.ts";
import { isSecretPlace, type JsonTerms, redactJson } from "./redact-json.ts";
import { percentDecoded, redactText } from "./redact-text.ts";

/** What is needed to tell secrets in content of any format. */
export interface ContentTerms extends Omit<JsonTerms, "redactString"> {
  /** Rules that reach no place. */
  readonly nowhere: PlaceRules;
}

/** Formats inside each other that are looked into: JSON in a form in a string of JSON. */
const MAX_LAYERS = 6;

const FORM = /^[^\s=&<>{}"']+=[^\s<>{}"']*$/;
const BOUNDARY = /^--([^\r\n]{1,70})\r?\n(?=content-)/i;

/**
 * Content with its secrets replaced by tokens; null when a place in it is called secret and nobody knows where that is.
 * The format is told from the content alone: the same bytes are redacted alike, whatever header fields say of them.
 */
export function redactContent(
  text: string,
  terms: ContentTerms,
  place: PlaceRules,
  layer = 0,
): string | null {
  if (text === "" || layer > MAX_LAYERS) return text === "" ? text : terms.vault.token(text);
  if (isSecretPlace(place)) return wholeSecret(text, terms, place);
  const within = (inner: string) => redactContent(inner, terms, terms.nowhere, layer + 1)!;
  if (layer === 0 || /^\s*[[{]/.test(text)) {
    const redacted = redactJson(text, { ...terms, redactString: within }, place);
    if (redacted !== null) return redacted;
  }
  if (FORM.test(text)) return redactPairs(text, terms, place, within);
  if (!place.isIdle) return null;
  if (/^\s*[[{][^\n]*\n/.test(text)) return text.split("\n").map(within).join("\n");
  const [, boundary] = BOUNDARY.exec(text) ?? [];
  return boundary === undefined ? redactText(text, terms) : redactParts(text, boundary, terms, within);
}

/** JSON keeps its names; of anything else nothing is left. */
function wholeSecret(text: string, terms: ContentTerms, place: PlaceRules): string {
  const redactString = (inner: string) => terms.vault.token(inner);
  return redactJson(text, { ...terms, redactString }, place, true) ?? terms.vault.token(text);
}

/** A form or a query: `name=value` pairs, percent-encoded. What holds no secret stays as it is written. */
export function redactPairs(
  text: string,
  terms: ContentTerms,
  place: PlaceRules,
  within = (inner: string) => redactContent(inner, terms, terms.nowhere, 1)!,
): string {
  const seen = new Map<string, number>();
  const pairs = text.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    if (equals === -1) return encodedIfChanged(pair, within);
    const name = percentDecoded(pair.slice(0, equals)) ?? pair.slice(0, equals);
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    const isNamed = isSecretPlace(place.below(name)) || isSecretPlace(place.below(name).below(String(nth)));
    const isSecret = isNamed || terms.isSensitive(name);
    const redact = isSecret ? (value: string) => terms.vault.token(value) : within;
    return `${encodedIfChanged(pair.slice(0, equals), within)}=${encodedIfChanged(pair.slice(equals + 1), redact)}`;
  });
  // A secret with `=` or `&` in it is in none of the pairs.
  return terms.vault.replaceKnown(pairs.join("&"));
}

/** Percent-encoded text, redacted as what it says. */
export function encodedIfChanged(encoded: string, redact: (text: string) => string): string {
  const says = percentDecoded(encoded) ?? encoded;
  const redacted = redact(says);
  return redacted === says ? encoded : encodeURIComponent(redacted.toWellFormed()).replaceAll("%3A", ":");
}

/** multipart/form-data (RFC 7578): parts by the name that their Content-Disposition gives them. */
function redactParts(
  text: string,
  boundary: string,
  terms: ContentTerms,
  within: (text: string) => string,
): string {
  const delimiter = `--${boundary}`;
  const parts = text.split(delimiter).map((part) => {
    const [, head, content, end] = /^(\r?\n[\s\S]*?\r?\n\r?\n)([\s\S]*?)(\r?\n)?$/.exec(part) ?? [];
    if (head === undefined || content === undefined) return redactText(part, terms);
    const name = /\bname="([^"]*)"/i.exec(head)?.[1] ?? "";
    const redacted = terms.isSensitive(name) ? terms.vault.token(content) : within(content);
    return redactText(head, terms) + redacted + (end ?? "");
  });
  return parts.join(delimiter);
}
