import type { FlipResult } from "../flags/writer.ts";
import {
  AuditError,
  type AuditIntent,
  type AuditLog,
  type AuditOutcome,
  type AuditReceipt,
} from "./audit-log.ts";

/** What a change came to, with its newest proof. */
export interface Audited<R> {
  readonly result: R;
  readonly receipt: AuditReceipt;
  /** Why the log does not say how it ended, for people; null when it does. The result stands either way. */
  readonly problem: string | null;
}

/** Makes a change that the log knows of before it is made, or does not make it: then this rejects with an AuditError. */
export async function audited<R>(
  log: AuditLog,
  intent: AuditIntent,
  change: () => Promise<R>,
  outcomeOf: (result: R) => AuditOutcome,
): Promise<Audited<R>> {
  const begun = await log.begin(intent);
  let result: R;
  try {
    result = await change();
  } catch (error) {
    // What the caller has to hear is why the change failed, with or without a record of it.
    await log.end(begun.id, { kind: "failed", message: String(error) }).catch(() => undefined);
    throw error;
  }
  try {
    return { result, receipt: await log.end(begun.id, outcomeOf(result)), problem: null };
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    const problem = `the audit log knows what was intended, but not how it ended: ${error.message}`;
    return { result, receipt: begun, problem };
  }
}

/** How a change of the flags ended. */
export function flipOutcome(result: FlipResult): AuditOutcome {
  if (result.made) return { kind: "made", flagVersion: result.version, notes: result.notes ?? [] };
  const hasFailed = result.why === "failed" || result.why === "not-written";
  return { kind: hasFailed ? "failed" : "refused", message: result.message };
}
