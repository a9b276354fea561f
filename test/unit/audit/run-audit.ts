import { Command } from "commander";
import { addAudit } from "../../../gateway/cli/audit.ts";
import { processShell } from "../../../gateway/cli/shell.ts";

/** `banyan audit` as a process of its own. */
const shell = processShell();
const program = new Command("banyan").exitOverride();
addAudit(program, shell);
try {
  await program.parseAsync(process.argv.slice(2), { from: "user" });
  process.exitCode = shell.exitCode;
} catch {
  process.exitCode = 2;
}
