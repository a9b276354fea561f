import { AuditError } from "../audit/audit-log.ts";
import type { AuditVerdict } from "../audit/chain-check.ts";
import { auditHistory, type AuditHistory } from "../audit/history.ts";
import { verifyAudit } from "../audit/verify.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { AuditRequest } from "./audit-contract.ts";
import { Refusal } from "./refusal.ts";

/** Entries newest first, and what the whole log proves. */
export interface AuditPage extends AuditHistory {
  readonly chain: Pick<AuditVerdict, "holds" | "broken" | "records" | "head" | "notes">;
}

/** Who changed what, newest first. Rejects with a Refusal. */
export function auditTrail({ live }: AdminParts): (request: AuditRequest) => Promise<AuditPage> {
  let verifying: Promise<AuditVerdict> | null = null;
  /** The whole log is read for it: however many ask, one at a time does. */
  const verdict = (path: string): Promise<AuditVerdict> => {
    verifying ??= verifyAudit(path).finally(() => {
      verifying = null;
    });
    return verifying;
  };
  return async ({ route, before, limit }) => {
    if (live === null) throw new Refusal("failed", "no gateway runs, so only files know", "banyan audit");
    try {
      const query = { route, beforeSeq: before, limit };
      const [history, chain] = await Promise.all([
        auditHistory(live.auditFile, query),
        verdict(live.auditFile),
      ]);
      const { matching, unreadableLines } = history;
      const { holds, broken, records, head, notes } = chain;
      return {
        entries: history.entries.toReversed(),
        matching,
        unreadableLines,
        chain: { holds, broken, records, head, notes },
      };
    } catch (error) {
      if (!(error instanceof AuditError)) throw error;
      throw new Refusal("failed", error.message);
    }
  };
}
