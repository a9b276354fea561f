import { Command, CommanderError } from "commander";
import { packageVersion } from "../admin/version.ts";
import { addCanICutover } from "./can-i-cutover.ts";
import { addCompletion } from "./completion.ts";
import { addConfig } from "./config.ts";
import type { ExitCode } from "./exit-codes.ts";
import { addCoverage } from "./coverage.ts";
import { addDemo } from "./demo.ts";
import { addDiffs } from "./diffs.ts";
import { addDoctor } from "./doctor.ts";
import { addExplain } from "./explain.ts";
import { addExport } from "./export.ts";
import { addFlip } from "./flip.ts";
import { HELP_TOPICS } from "./help-topics.ts";
import { addHealth } from "./health.ts";
import { addAudit } from "./audit.ts";
import { addIam } from "./iam.ts";
import { addImport } from "./import.ts";
import { addInit } from "./init.ts";
import { addKill } from "./kill.ts";
import { addPause } from "./pause.ts";
import { addPromote } from "./promote.ts";
import { addRecord } from "./record.ts";
import { addReplay } from "./replay.ts";
import { addReport } from "./report.ts";
import { addRollback } from "./rollback.ts";
import { processShell, type Shell } from "./shell.ts";
import { addStart } from "./start.ts";
import { addStatus } from "./status.ts";
import { addValidate } from "./validate.ts";

const EXAMPLES = `Examples:
  banyan demo                                           what it is like, in a minute
  banyan init                                           a routes.yaml to begin with
  banyan doctor                                         is everything there that a gateway needs?
  banyan start                                          the gateway, as routes.yaml says
  banyan status                                         where every route stands
  banyan explain GET /api/orders/1001                   who would answer this, and why
  banyan diffs get-order                                how legacy and function differ
  banyan flip get-order shadow --reason "first step"    one route to another stage
  banyan rollback get-order                             one rung down
  banyan kill                                           everything to legacy, now
`;

const EXIT_CODES = `
Exit codes: 0 ok · 1 no · 2 usage or configuration · 3 unknown · 4 cannot reach something ·
            5 refused by a guard or a conflict · 130 interrupted
More:       banyan help exit-codes · banyan help environment`;

/** Runs a command line and resolves with its exit code. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  const shell = processShell();
  const program = commandLine(shell);
  if (args[0] === "complete") {
    // What a shell asks while somebody types: `complete -- flip get-`.
    const { complete } = await import("./complete.ts");
    complete(program, args.slice(2));
    return 0;
  }
  const topic = args[0] === "help" ? HELP_TOPICS[args[1] ?? ""] : undefined;
  if (topic !== undefined) {
    shell.print(`help ${args[1]}`, { json: args.includes("--json") }, topic(shell.screen));
    return shell.exitCode;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return shell.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.help") return error.exitCode === 0 ? 0 : 2;
    if (error.exitCode === 0) return 0;
    const command = program.commands.find((candidate) => candidate.name() === args[0])?.name();
    const message = error.message.replace(/^error: /, "");
    const next = command === undefined ? "banyan --help" : `banyan ${command} --help`;
    shell.print(
      command ?? "banyan",
      { json: args.includes("--json") },
      { exitCode: 2, data: null, text: "", problems: [{ message, next }] },
    );
    return 2;
  }
}

/** All commands, none of which was run. */
export function commandLine(shell: Shell): Command {
  const program = new Command("banyan")
    .description("The facade in front of a monolith while its endpoints move to functions.")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", EXIT_CODES)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  program.version(packageVersion(), "--version", "print the version");
  addStart(program, shell);
  addDemo(program, shell);
  addInit(program, shell);
  addDoctor(program, shell);
  addValidate(program, shell);
  addStatus(program, shell);
  addExplain(program, shell);
  addCanICutover(program, shell);
  addDiffs(program, shell);
  addRecord(program, shell);
  addImport(program, shell);
  addCoverage(program, shell);
  addReplay(program, shell);
  addExport(program, shell);
  addReport(program, shell);
  addFlip(program, shell);
  addPromote(program, shell);
  addRollback(program, shell);
  addPause(program, shell);
  addKill(program, shell);
  addConfig(program, shell);
  addAudit(program, shell);
  addIam(program, shell);
  addHealth(program, shell);
  addCompletion(program, shell);
  return program;
}
