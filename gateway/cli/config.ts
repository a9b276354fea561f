import type { Command } from "commander";
import { CliError, type Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import { safeJson } from "./envelope.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan config schema > routes.schema.json    what editors check routes.yaml by
  banyan config schema --flags                 what AppConfig and editors check the flags by
  banyan config diff new.yaml                  what a running gateway would do differently with it
  banyan config print                          routes.yaml as it is understood, with variables not filled in
`;

const SCHEMA_EXAMPLES = `  banyan config schema
  banyan config schema --flags    for the JSON_SCHEMA validator of an AppConfig profile
`;

interface SchemaOptions extends CommonOptions {
  readonly flags?: boolean;
}

/** `banyan config`: what may be written in routes.yaml, and what is. */
export function addConfig(program: Command, shell: Shell): void {
  const config = program
    .command("config")
    .description("show the schema of routes.yaml, the file as it is understood, or what it would change")
    .addHelpText("before", `Examples:\n${EXAMPLES}\n`);
  subcommand(config, "schema", "print the JSON Schema of routes.yaml, or of the flags", SCHEMA_EXAMPLES)
    .option("--flags", "of the flag document, in draft 4, which AppConfig reads")
    .action((options: SchemaOptions) =>
      shell.perform("config schema", options, () => schema(options.flags === true)),
    );
  subcommand(
    config,
    "print",
    "print routes.yaml as JSON; secrets stay ${VARIABLES}",
    "  banyan config print\n",
  )
    .argument("[file]", "the file to print (default: BANYAN_CONFIG, or routes.yaml)")
    .action((file: string | undefined, options: CommonOptions) =>
      shell.perform("config print", options, () => print(file)),
    );
  addDiff(config, shell);
}

function addDiff(config: Command, shell: Shell): void {
  withAdmin(
    subcommand(
      config,
      "diff",
      "say what a running gateway would do differently with this routes.yaml",
      "  banyan config diff deploy/routes.yaml\n",
    ),
  )
    .argument("[file]", "the file to compare (default: BANYAN_CONFIG, or routes.yaml)")
    .action((file: string | undefined, options: CommonOptions) =>
      shell.perform("config diff", options, async () => {
        const { configDiffOf } = await import("./config-diff.ts");
        return configDiffOf(file, options, shell);
      }),
    );
}

async function schema(ofFlags: boolean): Promise<Answer> {
  const data = ofFlags
    ? (await import("../flags/document-json-schema.ts")).flagDocumentSchema()
    : (await import("../config/json-schema.ts")).editorSchema();
  return { data, text: safeJson(data, 2) };
}

async function print(named: string | undefined): Promise<Answer> {
  const [{ readEnv }, { readConfig }] = await Promise.all([
    import("../config/env.ts"),
    import("../config/read.ts"),
  ]);
  const { configFile, variables } = readEnv();
  const file = named ?? configFile;
  const loaded = await readConfig(file, variables);
  if ("config" in loaded) {
    return { data: loaded.config.printable, text: safeJson(loaded.config.printable, 2) };
  }
  throw new CliError(2, [{ message: `${file} is not valid`, next: `banyan validate ${file}` }]);
}
