import { createHash } from "node:crypto";

/** Characters of a place or name; with its key it has to fit into an index entry of PostgreSQL, a third of 8 KB. */
const LONGEST_NAME = 500;

/** Text as every engine can keep it: PostgreSQL knows no NUL and no half of a surrogate pair. */
export function storableText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "␀") : whole;
}

/** A name that rows are found by: storable, and short. What is cut off lives on in a digest, so no two become one. */
export function storableName(name: string): string {
  if (name.length <= LONGEST_NAME) return storableText(name);
  return `${storableText(name.slice(0, LONGEST_NAME - 13))}…${digestOf(name).slice(0, 12)}`;
}

/** 32 hexadecimal digits that stand for a text. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
