import type { HeaderList } from "../http/headers.ts";
import type { PlaceRules } from "./places.ts";
import { type ContentTerms, encodedIfChanged, redactContent, redactPairs } from "./redact-content.ts";
import { isSecretPlace } from "./redact-json.ts";
import { redactText } from "./redact-text.ts";

/** Header fields with their secrets replaced by tokens. Names, cookies' names and their attributes stay. */
export function redactHeaders(headers: HeaderList, terms: ContentTerms, root: PlaceRules): HeaderList {
  const redacted: string[] = [];
  for (let n = 0; n + 1 < headers.length; n += 2) {
    const name = headers[n]!;
    redacted.push(name, redactField(name.toLowerCase(), headers[n + 1]!, terms, root.below("header")));
  }
  return redacted;
}

function redactField(name: string, value: string, terms: ContentTerms, place: PlaceRules): string {
  const isNamed = isSecretPlace(place.below(name));
  if (isNamed) return terms.vault.token(value);
  if (name === "cookie")
    return value
      .split(";")
      .map((pair) => redactCookie(pair, terms))
      .join(";");
  if (name === "set-cookie") {
    const [pair = "", ...attributes] = value.split(";");
    return [redactCookie(pair, terms), ...attributes.map((each) => redactText(each, terms))].join(";");
  }
  if (/^(?:proxy-)?authorization$/.test(name)) return redactCredentials(value, terms);
  if (terms.isSensitive(name)) return terms.vault.token(value);
  return TRACING.has(name) ? value : redactText(value, terms);
}

/** Random digits, which now and then look like those of a card. */
const TRACING: ReadonlySet<string> = new Set([
  "traceparent",
  "x-amzn-trace-id",
  "x-b3-spanid",
  "x-b3-traceid",
  "x-correlation-id",
  "x-request-id",
]);

/** All values of cookies are secrets: which of them is a session, only the server knows. */
function redactCookie(pair: string, { vault }: ContentTerms): string {
  const [, before, quote, value, after] = /^([^=]*=\s*)("?)(.*?)(\2\s*)$/s.exec(pair) ?? [];
  if (value === undefined) return pair.trim() === "" ? pair : vault.token(pair.trim());
  // The server may hand out in a body what it decodes from here.
  vault.remember(decodeURIComponentOr(value));
  return `${before}${quote}${vault.token(value)}${after}`;
}

function decodeURIComponentOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The scheme stays (RFC 9110 §11.4). A password that comes as Basic is looked out for (RFC 7617). */
function redactCredentials(value: string, { vault }: ContentTerms): string {
  const [, scheme = "", space = "", credentials = value] = /^([\w-]+)(\s+)(.+)$/s.exec(value) ?? [];
  if (scheme.toLowerCase() === "basic") {
    const says = Buffer.from(credentials, "base64").toString("utf8");
    vault.remember(says.slice(says.indexOf(":") + 1));
  }
  return scheme + space + vault.token(credentials);
}

/** A request target with its secrets replaced by tokens: in the query by name, in the path behind a step that names one. */
export function redactTarget(target: string, terms: ContentTerms, root: PlaceRules): string {
  const question = target.indexOf("?");
  const path = question === -1 ? target : target.slice(0, question);
  const within = (text: string) => redactContent(text, terms, terms.nowhere, 1)!;
  const place = root.below("path");
  const steps = path.split("/");
  const redacted = steps.map((step, n) => {
    const isSecret = terms.isSensitive(steps[n - 1] ?? "") || isSecretPlace(place.below(String(n)));
    return encodedIfChanged(step, isSecret ? (text) => terms.vault.token(text) : within);
  });
  const shown = redacted.join("/");
  return question === -1
    ? shown
    : `${shown}?${redactPairs(target.slice(question + 1), terms, root.below("query"))}`;
}
