import { parseDecimal } from "./decimal.ts";
import { type Instant, parseInstant } from "./instant.ts";
import { judge, type Look } from "./matchers.ts";

/** What a value can look like, smallest set of values first. */
export const SHAPES = [
  "empty",
  "null",
  "boolean",
  "uuid",
  "jwt",
  "timestamp",
  "date",
  "url",
  "integer",
  "number",
  "hex",
  "base64",
  "array",
  "object",
  "text",
] as const;

export type Shape = (typeof SHAPES)[number];

/** Shapes that matchers decide on, with what a text has at least to be asked about. Asking about each would cost ten times as much. */
const LIKE = [
  ["uuid", /^.{36}$/],
  ["timestamp", /\d:\d/],
  ["date", /^\d.{9}$/],
  ["url", /:/],
  ["integer", /^-?\d/],
  ["number", /^-?\d/],
] as const;

/** Shapes by pattern; the quotes of JSON strings are off by now. */
const PATTERNS: readonly (readonly [Shape, RegExp])[] = [
  ["empty", /^\s*$/],
  ["jwt", /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/],
  ["hex", /^(?=.*\d)[0-9a-f]{8,}$/i],
  ["base64", /^(?=.*\d)(?=.*[A-Z])(?=.*[a-z])(?:[\w+/-]{4}){3,}(?:[\w+/-]{2}==|[\w+/-]{3}=|[\w+/-]{2,3})?$/],
];

/**
 * The shapes of a value as a difference shows it, JSON source or text, smallest first; those that a matcher demands are
 * decided by that matcher.
 */
export function shapesOf(shown: string): Shape[] {
  const look = lookOf(shown);
  if (look.type === "array" || look.type === "object" || look.type === "null") return [look.type];
  const found = new Set<Shape>();
  for (const [like, hint] of LIKE)
    if (hint.test(look.text) && judge({ like }, look, look) === "allowed") found.add(like);
  if (look.type === "text" && /^(?:true|false)$/.test(shown)) found.add("boolean");
  for (const [shape, pattern] of PATTERNS) if (pattern.test(look.text)) found.add(shape);
  if (found.size === 0 || look.type === "string") found.add("text");
  return SHAPES.filter((shape) => found.has(shape));
}

/** Numbers and booleans need no type of their own: as text they have the same looks, and JSON strings have quotes. */
function lookOf(shown: string): Look {
  if (shown.startsWith('"')) return { type: "string", text: unquoted(shown) };
  if (shown.startsWith("{")) return { type: "object", text: shown };
  if (shown.startsWith("[")) return { type: "array", text: shown };
  return { type: shown === "null" ? "null" : "text", text: shown };
}

/** What a JSON string says; a difference may have cut it anywhere. */
function unquoted(source: string): string {
  try {
    return String(JSON.parse(source));
  } catch {
    return source.slice(1);
  }
}

/** Classes that formats, values and changes fall into. Few, so that counts stay small and values stay unknown. */
const CLASSES = 16;

/** How many different features there are. */
export const FEATURES = SHAPES.length + 2 + 3 * CLASSES;

/**
 * Features of a value by which a regression gives itself away where the value itself is never the same twice. They are
 * out of a fixed list, and depend on nothing but the value and what the primary has in its place:
 * - the smallest shape, or `absent`;
 * - `format:n`: a class of its format, in which 2026-11-21 is 9-9-9, and "Ada" is "Aa";
 * - `value:n`: a class of the value itself;
 * - `change:n`: a class of how it differs from the primary's: by which number, or by which letters;
 * - `far`: more than a quarter of an hour, or a tenth of the number, away from the primary's.
 */
export function featuresOf(shown: string | null, primary: string | null): string[] {
  if (shown === null) return ["absent"];
  const features = [shapesOf(shown)[0] ?? "text", `format:${classOf(formatOf(shown))}`];
  features.push(`value:${classOf(shown)}`);
  if (primary === null || primary === shown) return features;
  const apart = distance(lookOf(primary).text, lookOf(shown).text);
  features.push(`change:${classOf(apart?.by ?? letterChange(primary, shown))}`);
  if (apart?.isFar === true) features.push("far");
  return features;
}

/** The text with its runs of letters and digits shrunk to one of their kind; decimals keep their number. */
function formatOf(shown: string): string {
  return shown
    .replace(/(?<=\d[.,])\d+/g, (digits) => "9".repeat(Math.min(digits.length, 4)))
    .replace(/(?<![.,]9*)\d+/g, "9")
    .replace(/\p{Ll}+/gu, "a")
    .replace(/\p{Lu}+/gu, "A");
}

interface Distance {
  readonly by: string;
  readonly isFar: boolean;
}

const QUARTER_OF_AN_HOUR_S = 900;

/** How far two numbers or two times are apart; null for anything else. */
function distance(primary: string, other: string): Distance | null {
  if (parseDecimal(primary) !== null && parseDecimal(other) !== null) {
    const [from, to] = [Number(primary), Number(other)];
    return { by: (to - from).toPrecision(6), isFar: Math.abs(to - from) > Math.abs(from) / 10 };
  }
  const [from, to] = [parseInstant(primary), parseInstant(other)];
  if (from === null || to === null) return null;
  // Later or earlier by a little is what asking later does. Only by how many quarters of an hour is a feature.
  const quarters = Math.round((secondsOf(to) - secondsOf(from)) / QUARTER_OF_AN_HOUR_S);
  return { by: `${quarters} quarters`, isFar: quarters !== 0 };
}

function secondsOf({ seconds: { isNegative, digits, exponent } }: Instant): number {
  return Number(`${isNegative ? "-" : ""}${digits}e${exponent}`);
}

/** What is gone and what has come between what both texts begin and end with, by format. */
function letterChange(primary: string, other: string): string {
  let start = 0;
  while (start < Math.min(primary.length, other.length) && primary[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(primary.length, other.length) - start;
  while (end < most && primary[primary.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const gone = primary.slice(start, primary.length - end);
  const come = other.slice(start, other.length - end);
  return `-${formatOf(gone)}+${formatOf(come)}`;
}

/** FNV-1a over the text's code units, the high bits folded onto the low ones. */
function classOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  hash ^= hash >>> 16;
  hash ^= hash >>> 8;
  return (hash ^ (hash >>> 4)) & (CLASSES - 1);
}
