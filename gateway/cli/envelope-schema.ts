import { z } from "zod";
import { VERDICTS } from "./exit-codes.ts";

const codes = Object.keys(VERDICTS).map((code) => z.literal(Number(code)));

/** What every command prints with `--json`, whatever it is and however it ended: one line. */
export const envelopeShape = z
  .strictObject({
    schemaVersion: z.literal(1),
    command: z
      .string()
      .describe("As it is typed: `flip`, `audit verify`; `banyan` when none was understood."),
    ok: z.boolean().describe("True exactly when the exit code is 0."),
    verdict: z.enum(Object.values(VERDICTS)).describe("The exit code in a word."),
    exitCode: z.union(codes),
    data: z.unknown().describe("What the command has to say; null when it could not be done."),
    problems: z
      .array(
        z.looseObject({
          message: z.string(),
          next: z.string().nullable().optional().describe("The next command to try."),
        }),
      )
      .describe("What is wrong, the first thing first."),
  })
  .meta({ title: "What banyan prints with --json" });

/** The same as JSON Schema 2020-12. */
export function envelopeSchema(): object {
  return z.toJSONSchema(envelopeShape);
}
