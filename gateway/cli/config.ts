import { Option, type Command } from "commander";
import { CliError, type Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import { safeJson } from "./envelope.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan config schema > routes.schema.json    what editors check routes.yaml by
  banyan config schema --of flags              what AppConfig and editors check the flags by
  banyan config diff new.yaml                  what a running gateway would do differently with it
  banyan config print                          routes.yaml as it is understood, with variables not filled in
`;

const SCHEMA_EXAMPLES = `  banyan config schema
  banyan config schema --of flags       for the JSON_SCHEMA validator of an AppConfig profile
  banyan config schema --of envelope    what every command prints with --json
`;

const SUBJECTS = ["routes", "flags", "envelope"] as const;
type Subject = (typeof SUBJECTS)[number];

interface SchemaOptions extends CommonOptions {
  readonly flags?: boolean;
  readonly of: Subject;
}

/** `banyan config`: what may be written in routes.yaml, and what is. */
export function addConfig(program: Command, shell: Shell): void {
  const config = program
    .command("config")
    .description("show the schema of routes.yaml, the file as it is understood, or what it would change")
    .addHelpText("before", `Examples:\n${EXAMPLES}\n`);
  subcommand(
    config,
    "schema",
    "print the JSON Schema of routes.yaml, of the flags, or of what --json prints",
    SCHEMA_EXAMPLES,
  )
    .addOption(
      new Option(
        "--of <what>",
        "routes.yaml; the flag document, in draft 4, which AppConfig reads; or --json's",
      )
        .choices(SUBJECTS)
        .default("routes"),
    )
    .option("--flags", "the same as --of flags")
    .action((options: SchemaOptions) =>
      shell.perform("config schema", options, () => schema(options.flags === true ? "flags" : options.of)),
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

async function schema(of: Subject): Promise<Answer> {
  const data = await SCHEMAS[of]();
  return { data, text: safeJson(data, 2) };
}

const SCHEMAS: Readonly<Record<Subject, () => Promise<object>>> = {
  routes: async () => (await import("../config/json-schema.ts")).editorSchema(),
  flags: async () => (await import("../flags/document-json-schema.ts")).flagDocumentSchema(),
  envelope: async () => (await import("./envelope-schema.ts")).envelopeSchema(),
};

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
