import { Argument, InvalidArgumentError, type Command } from "commander";
import { nearest } from "../config/did-you-mean.ts";
import { STAGES, type Stage } from "../routes/route.ts";
import type { Answer } from "./answer.ts";
import { percentArgument, subcommand, untilArgument, whoAmI, withAdmin } from "./command-options.ts";
import type { Shell } from "./shell.ts";
import { waited, withWait, type WaitOptions } from "./wait.ts";

const EXAMPLES = `  banyan flip get-order shadow --reason "first step"
  banyan flip get-order canary --percent 5 --reason "no mismatches in a week"
  banyan flip get-order cutover --reason "done" --expect-version 41 -n
  banyan flip get-order canary --percent 25 --group --until 2h --reason "load test"
`;

interface FlipOptions extends WaitOptions {
  readonly reason: string;
  readonly percent?: number;
  readonly expectVersion?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly group?: boolean;
  readonly until?: string;
}

/** `banyan flip`: one route to a stage. */
export function addFlip(program: Command, shell: Shell): void {
  withWait(withAdmin(subcommand(program, "flip", "set the stage of a route", EXAMPLES)))
    .argument("<route>", "its id")
    .addArgument(new Argument("<stage>", STAGES.join(", ")).argParser(stageArgument))
    .requiredOption("--reason <text>", "why, for those who ask later")
    .option("--percent <number>", "share of clients that a canary takes", percentArgument)
    .option("--expect-version <version>", "change nothing when the flags are at another version")
    .option("--group", "all routes of its group, at once")
    .option("--until <when>", "when the flag ends: 2h, or a time such as 2027-01-31T12:00:00Z", untilArgument)
    .option("--force", "skip rungs on the way up, go up without evidence, move what is paused, split a group")
    .option("-n, --dry-run", "say what would happen, and change nothing")
    .action((route: string, stage: Stage, options: FlipOptions) =>
      shell.perform("flip", options, () => flip(route, stage, options, shell)),
    );
}

function stageArgument(text: string): Stage {
  const stage = STAGES.find((candidate) => candidate === text);
  if (stage !== undefined) return stage;
  const near = nearest(text, STAGES);
  throw new InvalidArgumentError(near === null ? `There is ${STAGES.join(", ")}.` : `Did you mean ${near}?`);
}

async function flip(route: string, stage: Stage, options: FlipOptions, shell: Shell): Promise<Answer> {
  const [{ reach }, { changedText }] = await Promise.all([import("./reach.ts"), import("./changed-text.ts")]);
  const { reason, percent, expectVersion, force, dryRun, group, until } = options;
  const operator = await reach(options, shell);
  const data = await operator.flip({
    route,
    stage,
    reason,
    percent,
    expectVersion,
    force,
    dryRun,
    group,
    until,
    by: whoAmI(),
  });
  return waited({ data, text: changedText(data, shell.screen) }, data, options, shell);
}
