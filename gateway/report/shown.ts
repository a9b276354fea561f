import { count } from "../evidence/wording.ts";

/** Longest text in one line of a report, and longest block of lines. Characters. */
const LINE = 300;
const BLOCK = 4_000;

/** What moves cursors, turns text round (Trojan Source, CVE-2021-42574), or is no character at all. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]/gu;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text of strangers in one line: unseen characters as escapes, and not too long. */
export function line(text: string, most = LINE): string {
  return cut(text, most).replaceAll(UNSEEN, escaped);
}

/** The same with line ends and tabs as they are. */
export function block(text: string, most = BLOCK): string {
  return cut(text, most)
    .replaceAll("\r\n", "\n")
    .replaceAll(UNSEEN, (character) =>
      character === "\n" || character === "\t" ? character : escaped(character),
    );
}

function escaped(character: string): string {
  return NAMED[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half a pair would be a character that is none.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return `${text.slice(0, end)}… (${count(text.length)} characters)`;
}

/** Wall-clock milliseconds to the minute: "2026-11-21 14:26 UTC". */
export function minute(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
