import { setTimeout as sleep } from "node:timers/promises";
import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { GATED_STAGES, type GatedStage } from "../evidence/gate.ts";
import type { Report } from "../report/report.ts";
import type { Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import type { ExitCode } from "./exit-codes.ts";
import { sinceArgument } from "./since.ts";
import { withGateways } from "./wait.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan can-i-cutover get-order                        one rung up from where it is
  banyan can-i-cutover get-order list-orders --to cutover
  banyan can-i-cutover get-order --to canary --retry-while-unknown 30      for pipelines: waits for evidence
`;

interface CutoverOptions extends CommonOptions {
  readonly to?: GatedStage;
  readonly since?: number;
  readonly retryWhileUnknown: number;
  readonly retryInterval: number;
  readonly allowUnknown?: boolean;
  readonly dryRun?: boolean;
  readonly gateways?: readonly string[];
}

/** `banyan can-i-cutover`: may routes move up? Exit code 0 yes, 1 no, 3 unknown. */
export function addCanICutover(program: Command, shell: Shell): void {
  withGateways(
    withAdmin(subcommand(program, "can-i-cutover", "say whether routes may move up, and why", EXAMPLES)),
  )
    .addArgument(new Argument("[routes...]", "their ids; all that are compared when none is named"))
    .addOption(new Option("--to <stage>", "where to; one rung up unless said").choices(GATED_STAGES))
    .option("--since <when>", "evidence since then: 24h, 7d, or a time", sinceArgument)
    .option("--retry-while-unknown <times>", "ask again while too little is known", countArgument, 0)
    .option("--retry-interval <seconds>", "between two times", countArgument, 10)
    .option("--allow-unknown", "end with 0 when too little is known")
    .option("-n, --dry-run", "end with 0 whatever the verdict; errors stay errors")
    .action((routes: string[], options: CutoverOptions) =>
      shell.perform("can-i-cutover", options, () => canICutover(routes, options, shell)),
    );
}

function countArgument(text: string): number {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number.");
}

async function canICutover(routes: string[], options: CutoverOptions, shell: Shell): Promise<Answer> {
  const [{ reach, gatewayAddress }, { reportText }, { plainReport }, { fleetView, withFleet }, { readEnv }] =
    await Promise.all([
      import("./reach.ts"),
      import("./assessment-text.ts"),
      import("../report/json.ts"),
      import("./fleet-agreement.ts"),
      import("../config/env.ts"),
    ]);
  const { to, since, retryWhileUnknown, retryInterval } = options;
  const operator = await reach(options, shell);
  const gateways = options.gateways ?? readEnv().gateways ?? [];
  for (let again = retryWhileUnknown; ; again--) {
    const own = await operator.report({ routes, to, since });
    const { token } = gatewayAddress(options);
    const report = gateways.length === 0 ? own : withFleet(own, await fleetView(gateways, token));
    if (report.verdict !== "unknown" || again === 0)
      return {
        exitCode: exitCodeOf(report, options),
        data: plainReport(report),
        text: reportText(report, shell.screen),
      };
    shell.notice(`too little is known so far; asking again in ${retryInterval} s (${again} more times)`);
    await sleep(retryInterval * 1000);
  }
}

function exitCodeOf({ verdict }: Report, { allowUnknown, dryRun }: CutoverOptions): ExitCode {
  if (dryRun === true || verdict === "yes") return 0;
  if (verdict === "no") return 1;
  return allowUnknown === true ? 0 : 3;
}
