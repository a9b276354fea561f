import { AuditError } from "./audit-log.ts";
import { ChainCheck, type AuditVerdict } from "./chain-check.ts";
import { readHead } from "./head-file.ts";
import { fileLines } from "./lines.ts";
import { MAX_LINE_BYTES } from "./sealed-line.ts";

/**
 * Checks a log from its first line to its last, in as little memory as its longest lines take. The end can only be
 * missed where it is noted: in the head file beside it, or in `expectHead`, a hash that somebody kept elsewhere. Whoever
 * can rewrite the log can rewrite the head file, too; only a hash that is out of reach proves more. Rejects with an
 * AuditError when the log cannot be read.
 */
export async function verifyAudit(
  path: string,
  { expectHead }: { expectHead?: string } = {},
): Promise<AuditVerdict> {
  try {
    // Before the log, which may grow meanwhile: the head must not be newer than what is read.
    const noted = await readHead(path);
    const check = new ChainCheck({ noted, expectHead: expectHead ?? null });
    for await (const line of fileLines(path, 2 * MAX_LINE_BYTES)) if (!check.take(line)) break;
    return check.verdict();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AuditError(`the audit log ${path} cannot be read: ${message}`, { cause: error });
  }
}
