import { writeFile } from "node:fs/promises";
import { Argument, type Command } from "commander";
import type { Proposal } from "../scaffold/proposal.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import { flagsArgument, originArgument, regionArgument, UNSAID, type InitOptions } from "./init-options.ts";
import type { Shell } from "./shell.ts";

const EXAMPLES = `  banyan init                                                  asks, on a terminal
  banyan init --legacy-url http://my-monolith.internal:8000 --region eu-central-1
  banyan init --from-openapi shop.yaml                         a route for each operation
  banyan init --from-har checkout.har deploy/routes.yaml       a route for each path that was asked for
  banyan init --flags appconfig:shop/prod/banyan-flags         stages are flipped in AWS AppConfig
`;

/** `banyan init`: the first routes.yaml. */
export function addInit(program: Command, shell: Shell): void {
  subcommand(program, "init", "write a routes.yaml to begin with; every route in legacy", EXAMPLES)
    .addArgument(new Argument("[file]", "the file to write (default: BANYAN_CONFIG, or routes.yaml)"))
    .option("--legacy-url <url>", "the monolith: scheme, host and port", originArgument)
    .option("--region <region>", "AWS region of the functions", regionArgument)
    .option(
      "--flags <place>",
      "where stages are flipped: file, appconfig:APP/ENV/PROFILE or appconfig-agent:…",
      flagsArgument,
    )
    .option("--from-openapi <file>", "a route for each operation of an OpenAPI document 3.0 or 3.1")
    .option("--from-har <file>", "a route for each path in a HAR, the most requested first")
    .option("--force", "replace a file that is there")
    .action((file: string | undefined, options: InitOptions) =>
      shell.perform("init", options, () => init(file, options)),
    );
}

async function init(named: string | undefined, options: InitOptions): Promise<Answer> {
  const [{ readEnv }, { loadConfig }, { routesYaml }] = await Promise.all([
    import("../config/env.ts"),
    import("../config/load.ts"),
    import("../scaffold/routes-yaml.ts"),
  ]);
  const { configFile, variables } = readEnv();
  const file = named ?? configFile;
  const proposal = await proposed(options);
  const asks = process.stdin.isTTY && process.stderr.isTTY && !variables["CI"] && options.json !== true;
  const said = asks ? await (await import("./init-prompts.ts")).askWhatIsUnsaid(options) : options;
  const { legacyUrl, region, flags } = { ...UNSAID, ...said };
  const { text, declared, commented } = routesYaml({ legacyUrl, region, flags }, proposal);
  const loaded = loadConfig(text, file, {});
  if ("problems" in loaded) {
    const [first] = loaded.problems;
    throw new Error(`what was written would not be valid: ${first?.message} at ${first?.at}`);
  }
  await written(file, text, options.force === true);
  const { leftOut } = proposal;
  const data = { file, routes: declared, commented, leftOut };
  return { data, text: toldText(file, data) };
}

async function proposed({ fromOpenapi, fromHar }: InitOptions): Promise<Proposal> {
  if (fromOpenapi !== undefined && fromHar !== undefined) {
    throw new CliError(2, [
      { message: "take one of --from-openapi and --from-har", next: "banyan init --help" },
    ]);
  }
  if (fromOpenapi !== undefined)
    return (await import("../scaffold/from-openapi.ts")).proposeFromOpenApi(fromOpenapi);
  if (fromHar !== undefined) return (await import("../scaffold/from-har.ts")).proposeFromHar(fromHar);
  return { routes: [], leftOut: [] };
}

/** Whole or not at all, and never over a file that is there, unless told. */
async function written(file: string, text: string, force: boolean): Promise<void> {
  try {
    if (force) await (await import("../flags/replace-file.ts")).replaceFile(file, text);
    else await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      const next = "name another file, or --force to replace it";
      throw new CliError(5, [{ message: `${file} is there already, and stays as it is`, next }]);
    }
    throw new CliError(2, [{ message: `${file} cannot be written (${String(error)})` }]);
  }
}

interface Told {
  readonly routes: number;
  readonly commented: number;
  readonly leftOut: readonly string[];
}

function toldText(file: string, { routes, commented, leftOut }: Told): string {
  const counts = [
    `${routes} ${routes === 1 ? "route" : "routes"}, all in legacy: nothing changes for anybody`,
    ...(commented === 0 ? [] : [`${commented} that write are there as comments`]),
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} left out, as its end says`]),
  ];
  return [
    `${file}: ${counts.join("; ")}`,
    "next:",
    `  banyan validate ${file}`,
    "  banyan doctor                                     is everything there that it names?",
    "  banyan start",
    '  banyan promote ROUTE --reason "first step"        the first copies',
  ].join("\n");
}
