import type { Command } from "commander";
import { CliError, type Answer } from "./answer.ts";
import { percentArgument, subcommand, whoAmI, withAdmin } from "./command-options.ts";
import type { Shell } from "./shell.ts";
import { waited, withWait, type WaitOptions } from "./wait.ts";

const EXAMPLES = `  banyan rollback get-order                 one rung down; from cutover to shadow
  banyan rollback get-order --percent 5     from cutover to a canary of 5 %
  banyan rollback --all                     every route one rung down
`;

interface RollbackOptions extends WaitOptions {
  readonly all?: boolean;
  readonly percent?: number;
  readonly reason?: string;
  readonly expectVersion?: string;
  readonly dryRun?: boolean;
  readonly group?: boolean;
}

/** `banyan rollback`: one rung down. */
export function addRollback(program: Command, shell: Shell): void {
  withWait(
    withAdmin(subcommand(program, "rollback", "move a route, or all of them, one rung down", EXAMPLES)),
  )
    .argument("[route]", "its id")
    .option("--all", "every route")
    .option("--percent <number>", "share of clients, from cutover to canary", percentArgument)
    .option("--reason <text>", "why, for those who ask later")
    .option("--expect-version <version>", "change nothing when the flags are at another version")
    .option("--group", "all routes of its group, at once")
    .option("-n, --dry-run", "say what would happen, and change nothing")
    .action((route: string | undefined, options: RollbackOptions) =>
      shell.perform("rollback", options, () => rollback(route, options, shell)),
    );
}

async function rollback(route: string | undefined, options: RollbackOptions, shell: Shell): Promise<Answer> {
  const { all = false, percent, reason, expectVersion, dryRun, group } = options;
  if ((route === undefined) !== all) {
    throw new CliError(2, [{ message: "name one route, or say --all", next: "banyan rollback --help" }]);
  }
  if (all && percent !== undefined) {
    throw new CliError(2, [{ message: "--percent is for one route: leave it out with --all" }]);
  }
  const [{ reach }, { changedText }] = await Promise.all([import("./reach.ts"), import("./changed-text.ts")]);
  const operator = await reach(options, shell);
  const signed = { reason, expectVersion, dryRun, by: whoAmI() };
  const data = await operator.rollback(
    route === undefined ? { all: true, ...signed } : { route, percent, group, ...signed },
  );
  return waited({ data, text: changedText(data, shell.screen) }, data, options, shell);
}
