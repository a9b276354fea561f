import { mkdir, appendFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { nearest } from "../config/did-you-mean.ts";
import { readEnv } from "../config/env.ts";
import { FAIL_ON, failsOn, type FailOn } from "../report/fails-on.ts";
import { FORM_NAMES, type Form } from "../report/form-names.ts";
import type { Report } from "../report/report.ts";
import { CliError, type Answer } from "./answer.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Screen } from "./screen.ts";

/** A form of report and where it goes; null for stdout, or for where a pipeline expects it. */
interface Wanted {
  readonly form: Form;
  readonly file: string | null;
}

export interface ReportOptions {
  readonly report?: readonly Wanted[];
  readonly failOn: FailOn;
  readonly allowUnknown?: boolean;
}

/** Adds the options that say in what forms a report is wanted, and what a pipeline fails on. */
export function withReports(command: Command): Command {
  const forms = FORM_NAMES.join(", ");
  return command
    .option(
      "--report <form=file,…>",
      `write reports, always before a failing exit: ${forms}; without a file to stdout`,
      reportArgument,
    )
    .addOption(
      new Option(
        "--fail-on <what>",
        "what ends with 1: a verdict of no, any difference that nobody excuses, or nothing",
      )
        .choices(FAIL_ON)
        .default("regression"),
    )
    .option("--allow-unknown", "end with 0 when too little is known");
}

function reportArgument(text: string, before: readonly Wanted[] = []): Wanted[] {
  const wanted = text.split(",").map((part): Wanted => {
    const [name = "", ...file] = part.split("=");
    const form = formOf(name.trim());
    return { form, file: file.length === 0 ? null : file.join("=") };
  });
  return [...before, ...wanted];
}

function formOf(name: string): Form {
  const known = FORM_NAMES.find((form) => form === name);
  if (known !== undefined) return known;
  const near = nearest(name, FORM_NAMES);
  throw new InvalidArgumentError(
    near === null ? `There is ${FORM_NAMES.join(", ")}.` : `Did you mean ${near}?`,
  );
}

/** Writes the report in all forms that were asked for, and says how the command ends. */
export async function reported(
  report: Report,
  { report: wanted = [], failOn, allowUnknown }: ReportOptions,
  screen: Screen,
): Promise<Answer> {
  const [{ reportText }, { plainReport }, { FORMS }] = await Promise.all([
    import("./assessment-text.ts"),
    import("../report/json.ts"),
    import("../report/forms.ts"),
  ]);
  const printed: string[] = [];
  for (const { form, file } of wanted) {
    const text = FORMS[form](report);
    const { stepSummary } = readEnv();
    if (file !== null) await written(file, text);
    else if (form === "summary" && stepSummary !== null) await appendFile(stepSummary, text);
    else printed.push(text.trimEnd());
  }
  const text = wanted.some(({ file }) => file === null) ? printed.join("\n") : reportText(report, screen);
  return { exitCode: exitCodeOf(report, failOn, allowUnknown === true), data: plainReport(report), text };
}

async function written(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new CliError(2, [{ message: `${file} cannot be written (${String(error)}); name another file` }]);
  }
}

function exitCodeOf(report: Report, failOn: FailOn, allowUnknown: boolean): ExitCode {
  if (failsOn(report, failOn)) return 1;
  return report.verdict === "unknown" && failOn !== "never" && !allowUnknown ? 3 : 0;
}
