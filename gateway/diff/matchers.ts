import { isWhole, isWithin, parseDecimal } from "./decimal.ts";
import { type Instant, isDate, parseInstant } from "./instant.ts";
import type { Matcher } from "./rules.ts";

/** A value as matchers see it. */
export interface Look {
  /** `text` is what has no type: header fields, cookies, form fields, lines. It may look like a number. */
  readonly type: "object" | "array" | "string" | "number" | "boolean" | "null" | "text";
  /** What a string says; the source text of everything else. */
  readonly text: string;
}

/**
 * Whether a matcher allows two values to differ. `shape`: one of them does not look as demanded. `value`: both do, but are
 * not the same in the sense of the matcher.
 *
 * Of a value that was redacted (see `Vault`) nobody can tell how it looked or how near it was: a token passes for any value
 * of its type, so that stored samples can be judged again. The other side still has to look as demanded, where it is there.
 */
export function judge(matcher: Matcher, primary: Look, candidate: Look): "allowed" | "shape" | "value" {
  if (isToken(primary) || isToken(candidate)) {
    const passes = [primary, candidate].every((look) =>
      isToken(look) ? mayBe(matcher.like, look) : judge(matcher, look, look) === "allowed",
    );
    return passes ? "allowed" : "shape";
  }
  switch (matcher.like) {
    case "same-time":
      return both(primary, candidate, instantOf, (a, b) => areNear(a, b, matcher.withinMs));
    case "same-number":
      return both(primary, candidate, decimalOf, (a, b) => isWithin(a, b, toleranceOf(matcher.within)));
    case "same-but-case":
      return both(primary, candidate, stringOf, (a, b) => a.toLowerCase() === b.toLowerCase());
    case "same-but-space":
      return both(primary, candidate, stringOf, (a, b) => collapse(a) === collapse(b));
    default:
      return LOOKS[matcher.like](primary) && LOOKS[matcher.like](candidate) ? "allowed" : "shape";
  }
}

const TOKEN = /^redacted:[a-z2-7]{12}(?::number)?$/;

function isToken({ type, text }: Look): boolean {
  return (type === "string" || type === "text") && TOKEN.test(text);
}

/** Whether what the token stands for may be what the matcher is about. Numbers of JSON are told from strings; text is not. */
function mayBe(like: Matcher["like"], { type, text }: Look): boolean {
  if (like === "any" || like === "same-time" || type === "text") return true;
  const isAboutNumbers = like === "number" || like === "integer" || like === "same-number";
  return text.endsWith(":number") === isAboutNumbers;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type PlainLook = Exclude<Matcher["like"], `same-${string}`>;

const LOOKS: Readonly<Record<PlainLook, (look: Look) => boolean>> = {
  uuid: (look) => UUID.test(stringOf(look) ?? ""),
  timestamp: (look) => parseInstant(stringOf(look) ?? "") !== null,
  date: (look) => isDate(stringOf(look) ?? ""),
  url: (look) => URL.canParse(stringOf(look) ?? ""),
  integer: (look) => isWhole(decimalOf(look) ?? HALF),
  number: (look) => decimalOf(look) !== null,
  text: (look) => stringOf(look) !== null,
  any: () => true,
};

const HALF = parseDecimal("0.5")!;

function both<T>(
  primary: Look,
  candidate: Look,
  read: (look: Look) => T | null,
  areSame: (a: T, b: T) => boolean,
) {
  const a = read(primary);
  const b = read(candidate);
  if (a === null || b === null) return "shape";
  return areSame(a, b) ? "allowed" : "value";
}

function stringOf({ type, text }: Look): string | null {
  return type === "string" || type === "text" ? text : null;
}

function decimalOf({ type, text }: Look) {
  return type === "number" || type === "text" ? parseDecimal(text) : null;
}

/** A number is seconds since the epoch, or milliseconds when seconds would be beyond the year 5000. */
function instantOf(look: Look): Instant | null {
  const decimal = decimalOf(look);
  if (decimal === null) return parseInstant(stringOf(look) ?? "");
  const isMs = Math.abs(Number(look.text)) >= 1e11;
  return { seconds: isMs ? { ...decimal, exponent: decimal.exponent - 3n } : decimal, isZoned: true };
}

function areNear(a: Instant, b: Instant, withinMs: number): boolean {
  const within = toleranceOf(withinMs);
  return (
    a.isZoned === b.isZoned && isWithin(a.seconds, b.seconds, { ...within, exponent: within.exponent - 3n })
  );
}

function toleranceOf(within: number) {
  const decimal = parseDecimal(String(within));
  if (decimal === null || within < 0)
    throw new Error(`A tolerance has to be a number from 0, and is ${within}.`);
  return decimal;
}

/** A text without white space at its ends, and one space for each run of it. */
function collapse(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
