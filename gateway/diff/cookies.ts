import { trimSpace } from "./field-value.ts";
import type { Findings } from "./findings.ts";
import { areNearDates } from "./http-date.ts";
import { escapeStep, type PlaceRules } from "./places.ts";

/** One Set-Cookie line: what it sets, and its attributes by lower-case name. */
interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Compares Set-Cookie lines by cookie, and each cookie by value and attributes. `place` are the rules of `cookie`. */
export function compareCookies(
  primary: readonly string[],
  candidate: readonly string[],
  place: PlaceRules,
  findings: Findings,
): void {
  const [ours, theirs] = [byName(primary), byName(candidate)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const at = `cookie/${escapeStep(name)}`;
    const rules = place.below(name);
    for (const [p, c] of pairUp(ours.get(name) ?? [], theirs.get(name) ?? [])) {
      findings.texts(at, rules, p?.value ?? null, c?.value ?? null);
      if (p && c) compareAttributes(at, p.attributes, c.attributes, rules, findings);
    }
  }
}

function compareAttributes(
  at: string,
  primary: Cookie["attributes"],
  candidate: Cookie["attributes"],
  rules: PlaceRules,
  findings: Findings,
): void {
  for (const name of new Set([...primary.keys(), ...candidate.keys()])) {
    const [p, c] = [primary.get(name) ?? null, candidate.get(name) ?? null];
    if (name === "expires" && p !== null && c !== null && areNearDates(p, c)) continue;
    findings.texts(`${at}/${escapeStep(name)}`, rules.below(name), p, c);
  }
}

function byName(lines: readonly string[]): Map<string, Cookie[]> {
  const cookies = new Map<string, Cookie[]>();
  for (const cookie of lines.map(parseCookie)) {
    const known = cookies.get(cookie.name);
    if (known) known.push(cookie);
    else cookies.set(cookie.name, [cookie]);
  }
  return cookies;
}

/** Reads a line as browsers do: the last of two like attributes counts (RFC 6265 §5.2, §5.3). */
function parseCookie(line: string): Cookie {
  const [pair = "", ...rest] = line.split(";").map(trimSpace);
  const [name, value] = splitAtEquals(pair);
  const attributes = rest
    .filter((part) => part !== "")
    .map((part): [string, string] => {
      const [attribute, text] = splitAtEquals(part);
      const lowerCase = attribute.toLowerCase();
      return [lowerCase, normalAttribute(lowerCase, text)];
    });
  return { name, value, attributes: new Map(attributes) };
}

function splitAtEquals(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals === -1 ? [text, ""] : [trimSpace(text.slice(0, equals)), trimSpace(text.slice(equals + 1))];
}

function normalAttribute(name: string, value: string): string {
  if (name === "domain") return value.replace(/^\./, "").toLowerCase();
  return name === "samesite" ? value.toLowerCase() : value;
}

/** Cookies of one name differ by domain and path; those that agree in both belong together, the others in order. */
function pairUp(
  ours: readonly Cookie[],
  theirs: readonly Cookie[],
): [Cookie | undefined, Cookie | undefined][] {
  const left = [...theirs];
  const take = (cookie: Cookie) => {
    const at = left.findIndex((other) => scopeOf(other) === scopeOf(cookie));
    return at === -1 ? undefined : left.splice(at, 1)[0];
  };
  const found = ours.map((cookie): [Cookie, Cookie | undefined] => [cookie, take(cookie)]);
  const pairs = found.map(([ours, theirs]): [Cookie, Cookie | undefined] => [ours, theirs ?? left.shift()]);
  return [...pairs, ...left.map((cookie): [undefined, Cookie] => [undefined, cookie])];
}

function scopeOf({ attributes }: Cookie): string {
  return JSON.stringify([attributes.get("domain"), attributes.get("path")]);
}
