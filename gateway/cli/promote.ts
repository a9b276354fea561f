import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { percentArgument, subcommand, whoAmI, withAdmin } from "./command-options.ts";
import type { Shell } from "./shell.ts";
import { waited, withWait, type WaitOptions } from "./wait.ts";

const EXAMPLES = `  banyan promote get-order                  legacy to shadow, or canary to cutover
  banyan promote get-order --percent 5      shadow to canary
`;

interface PromoteOptions extends WaitOptions {
  readonly percent?: number;
  readonly reason?: string;
  readonly expectVersion?: string;
  readonly dryRun?: boolean;
  readonly group?: boolean;
  readonly force?: boolean;
}

/** `banyan promote`: one rung up. */
export function addPromote(program: Command, shell: Shell): void {
  withWait(withAdmin(subcommand(program, "promote", "move a route one rung up", EXAMPLES)))
    .argument("<route>", "its id")
    .option("--percent <number>", "share of clients, when the rung is canary", percentArgument)
    .option("--reason <text>", "why, for those who ask later")
    .option("--expect-version <version>", "change nothing when the flags are at another version")
    .option("--group", "all routes of its group, at once")
    .option("--force", "go up without evidence, move what is paused, split a group")
    .option("-n, --dry-run", "say what would happen, and change nothing")
    .action((route: string, options: PromoteOptions) =>
      shell.perform("promote", options, () => promote(route, options, shell)),
    );
}

async function promote(route: string, options: PromoteOptions, shell: Shell): Promise<Answer> {
  const [{ reach }, { changedText }] = await Promise.all([import("./reach.ts"), import("./changed-text.ts")]);
  const { percent, reason, expectVersion, dryRun, group, force } = options;
  const operator = await reach(options, shell);
  const data = await operator.promote({
    route,
    percent,
    reason,
    expectVersion,
    dryRun,
    group,
    force,
    by: whoAmI(),
  });
  return waited({ data, text: changedText(data, shell.screen) }, data, options, shell);
}
