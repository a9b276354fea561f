import type { AuditLog, AuditReceipt } from "./audit-log.ts";

/**
 * A log in which what is observed waits for the flips under way: a new version that this process is just making is in use
 * a moment before its record says so, and would look like somebody else's.
 */
export function ownFlipsFirst(log: AuditLog): AuditLog {
  const underWay = new Set<string>();
  let waiting: (() => void)[] = [];
  return {
    async begin(intent) {
      const receipt = await log.begin(intent);
      underWay.add(receipt.id);
      return receipt;
    },
    async end(id, outcome) {
      try {
        return await log.end(id, outcome);
      } finally {
        underWay.delete(id);
        if (underWay.size === 0) for (const go of waiting.splice(0)) go();
      }
    },
    observed(observation) {
      if (underWay.size === 0) return log.observed(observation);
      return new Promise<AuditReceipt | null>((resolve, reject) => {
        waiting.push(() => void log.observed(observation).then(resolve, reject));
      });
    },
  };
}
