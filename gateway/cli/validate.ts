import { Argument, Option, type Command } from "commander";
import type { Problem } from "../config/problem.ts";
import type { Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan validate
  banyan validate deploy/routes.yaml --format github      annotations on the lines of a pull request
  banyan validate --format sarif > routes.sarif
`;

const FORMATS = ["text", "json", "github", "sarif", "gitlab"] as const;

interface ValidateOptions extends CommonOptions {
  readonly format: (typeof FORMATS)[number];
}

/** `banyan validate`: every problem of a routes.yaml at once. */
export function addValidate(program: Command, shell: Shell): void {
  subcommand(program, "validate", "check routes.yaml and say everything that is wrong with it", EXAMPLES)
    .addArgument(new Argument("[file]", "the file to check (default: BANYAN_CONFIG, or routes.yaml)"))
    .addOption(new Option("--format <format>", "how problems are written").choices(FORMATS).default("text"))
    .action((file: string | undefined, options: ValidateOptions) =>
      shell.perform("validate", options, () => validate(file, options)),
    );
}

async function validate(named: string | undefined, { format }: ValidateOptions): Promise<Answer> {
  const [{ readEnv }, { readConfig }, { renderProblems }] = await Promise.all([
    import("../config/env.ts"),
    import("../config/read.ts"),
    import("../config/problems.ts"),
  ]);
  const { configFile, variables } = readEnv();
  const file = named ?? configFile;
  const loaded = await readConfig(file, variables);
  const problems = "config" in loaded ? loaded.config.warnings : loaded.problems;
  const valid = "config" in loaded;
  const routes = valid ? loaded.config.routes.length : null;
  const source = format === "text" ? await excerptsOf(file, problems) : "";
  const rendered = renderProblems(problems, format, source);
  return {
    exitCode: valid ? 0 : 2,
    data: { file, valid, routes },
    text:
      format === "text" ? [rendered, summary(file, routes, problems)].filter(Boolean).join("\n") : rendered,
    problems,
  };
}

/** The text of the file for excerpts; none where the file was what could not be read. */
async function excerptsOf(file: string, problems: readonly Problem[]): Promise<string> {
  if (problems.length === 0 || problems.some(({ rule }) => rule === "BYN1001")) return "";
  const { readFile } = await import("node:fs/promises");
  return readFile(file, "utf8").catch(() => "");
}

function summary(file: string, routes: number | null, problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const found = [counted(errors, "error"), counted(problems.length - errors, "warning")].filter(Boolean);
  const verdict = routes === null ? "not valid" : `valid, ${counted(routes, "route") || "no routes"}`;
  return `${file}: ${[verdict, ...found].join(", ")}`;
}

function counted(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}
