import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan health        exit 0: send requests here; 1: not now; 4: nothing answers
`;

/** `banyan health`: for container platforms, which have no shell to ask with. */
export function addHealth(program: Command, shell: Shell): void {
  withAdmin(subcommand(program, "health", "say whether the gateway takes requests", EXAMPLES)).action(
    (options: CommonOptions) => shell.perform("health", options, () => health(options)),
  );
}

async function health(options: CommonOptions): Promise<Answer> {
  const { gatewayAddress } = await import("./reach.ts");
  const { readinessOf } = await import("./remote-operator.ts");
  const data = await readinessOf(gatewayAddress(options));
  return {
    data,
    text: data.ready ? "ready" : `not ready: ${data.reasons.join(", ")}`,
    exitCode: data.ready ? 0 : 1,
  };
}
