import { readFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { GATED_STAGES, type GatedStage } from "../evidence/gate.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import { reported, withReports, type ReportOptions } from "./report-forms.ts";
import type { CommonOptions, Shell } from "./shell.ts";
import { sinceArgument } from "./since.ts";

const SHOW_EXAMPLES = `  banyan report show --since 24h --report html=diff.html      of live traffic
  banyan report show get-order --report markdown
`;
const MERGE_EXAMPLES = `  banyan report merge shard-1.json shard-2.json --report html=diff.html,junit=diff.xml
`;

interface ShowOptions extends CommonOptions, ReportOptions {
  readonly to?: GatedStage;
  readonly since?: number;
}

/** `banyan report`: traffic diffs in the forms that people and pipelines read. */
export function addReport(program: Command, shell: Shell): void {
  const report = program
    .command("report")
    .description("write traffic diffs in other forms, or merge them")
    .addHelpText("before", `Examples:\n${SHOW_EXAMPLES}${MERGE_EXAMPLES}\n`);
  withReports(withAdmin(subcommand(report, "show", "report on live traffic", SHOW_EXAMPLES)))
    .argument("[routes...]", "their ids; all that are compared when none is named")
    .addOption(
      new Option("--to <stage>", "judge for that stage; one rung up unless said").choices(GATED_STAGES),
    )
    .option("--since <when>", "24h, 7d, or a time such as 2027-01-31T12:00:00Z", sinceArgument)
    .action((routes: string[], options: ShowOptions) =>
      shell.perform("report show", options, () => show(routes, options, shell)),
    );
  withReports(subcommand(report, "merge", "make one report of the shards of one run", MERGE_EXAMPLES))
    .argument("<files...>", "reports in the json form")
    .action((files: string[], options: CommonOptions & ReportOptions) =>
      shell.perform("report merge", options, () => merge(files, options, shell)),
    );
}

async function show(routes: string[], options: ShowOptions, shell: Shell): Promise<Answer> {
  const { reach } = await import("./reach.ts");
  const { to, since } = options;
  const operator = await reach(options, shell);
  return reported(await operator.report({ routes, to, since }), options, shell.screen);
}

async function merge(files: string[], options: ReportOptions, { screen }: Shell): Promise<Answer> {
  const [{ readReport }, { mergeFacts }, { reportOf }, { assess }] = await Promise.all([
    import("../report/json.ts"),
    import("../report/merge-facts.ts"),
    import("../report/report-of.ts"),
    import("../evidence/assess.ts"),
  ]);
  const texts = await Promise.all(files.map(textOf));
  const [first, ...others] = texts.map(readReport);
  if (first === undefined) throw new CliError(2, [{ message: "name the reports to merge" }]);
  return reported(reportOf(mergeFacts([first, ...others]), assess), options, screen);
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new CliError(2, [{ message: `${file} cannot be read (${String(error)})` }]);
  });
}
