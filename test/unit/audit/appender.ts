import { fileAudit } from "../../../gateway/audit/file-audit.ts";
import { systemClock as clock } from "../../../gateway/clock.ts";
import { INTENT } from "./sample-log.ts";

/**
 * A process that makes changes one after another, and tells on stdout the hash of every record that it was promised:
 * `node appender.ts PATH COUNT [STALE_LOCK_MS]`.
 */
const [path = "", count = "1", staleLockMs = "5000"] = process.argv.slice(2);
const log = fileAudit({ path, clock, staleLockMs: Number(staleLockMs) });
const reason = "r".repeat(500);
try {
  for (let n = 0; n < Number(count); n += 1) {
    const { id, hash } = await log.begin({ ...INTENT, reason });
    process.stdout.write(`${hash}\n`);
    const end = await log.end(id, { kind: "made", flagVersion: String(n), notes: [] });
    process.stdout.write(`${end.hash}\n`);
  }
} catch (error) {
  process.stderr.write(String(error));
  process.exitCode = 5;
}
