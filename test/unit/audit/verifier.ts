import { auditHistory } from "../../../gateway/audit/history.ts";
import { verifyAudit } from "../../../gateway/audit/verify.ts";

/** A process that verifies a log, lists its newest entries, and tells how much memory that took. */
const [path = ""] = process.argv.slice(2);
const { holds, records } = await verifyAudit(path);
const { entries, matching } = await auditHistory(path, { limit: 50 });
const { maxRSS } = process.resourceUsage();
process.stdout.write(JSON.stringify({ holds, records, shown: entries.length, matching, maxRssKiB: maxRSS }));
