import type { Answer } from "./answer.ts";
import { VERDICTS } from "./exit-codes.ts";

/** The one shape of `--json`, whatever the command and however it ended: one line, without its newline. */
export function envelope(command: string, { exitCode = 0, data, problems = [] }: Answer): string {
  const ok = exitCode === 0;
  const verdict = VERDICTS[exitCode];
  return safeJson({ schemaVersion: 1, command, ok, verdict, exitCode, data, problems });
}

/** JSON whose strings can move no cursor and turn no line round, on a terminal too. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\x7f-\x9f\u2028\u2029\p{Cf}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      return `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}
