import { InvalidArgumentError, type Command } from "commander";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import { safeJson } from "./envelope.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan iam --account 123456789012 > policy.json
  banyan iam deploy/routes.yaml --flips         for a role that may flip, too
`;

interface IamOptions extends CommonOptions {
  readonly account?: string;
  readonly flips?: boolean;
}

/** `banyan iam`: the policy that a gateway's role needs, and nothing more. */
export function addIam(program: Command, shell: Shell): void {
  subcommand(program, "iam", "print the IAM policy that a gateway with this routes.yaml needs", EXAMPLES)
    .argument("[file]", "the file to look at (default: BANYAN_CONFIG, or routes.yaml)")
    .option("--account <id>", "the AWS account of functions that are named without an ARN", accountId)
    .option("--flips", "with what flips in AppConfig need, made by this role or through its gateway")
    .action((file: string | undefined, options: IamOptions) =>
      shell.perform("iam", options, () => iam(file, options, shell)),
    );
}

async function iam(
  named: string | undefined,
  { account, flips = false }: IamOptions,
  shell: Shell,
): Promise<Answer> {
  const [{ readEnv }, { readConfig }, { leastPrivilege }] = await Promise.all([
    import("../config/env.ts"),
    import("../config/read.ts"),
    import("../config/iam-policy.ts"),
  ]);
  const { configFile, variables } = readEnv();
  const file = named ?? configFile;
  const loaded = await readConfig(file, variables);
  if ("problems" in loaded) {
    throw new CliError(2, [{ message: `${file} is not valid`, next: `banyan validate ${file}` }]);
  }
  const { policy, notes } = leastPrivilege(loaded.config, { account: account ?? null, flips });
  for (const note of notes) shell.notice(note);
  return { data: { policy, notes }, text: safeJson(policy, 2) };
}

function accountId(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError("An account has twelve digits.");
}
