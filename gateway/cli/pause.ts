import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { subcommand, whoAmI, withAdmin } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan pause get-order --reason "release freeze"
  banyan pause get-order --off
`;

interface PauseOptions extends CommonOptions {
  readonly off?: boolean;
  readonly reason?: string;
}

/** `banyan pause`: a route stays where it is, and nothing of it is mirrored. */
export function addPause(program: Command, shell: Shell): void {
  withAdmin(subcommand(program, "pause", "keep a route from moving up, and from being mirrored", EXAMPLES))
    .argument("<route>", "its id")
    .option("--off", "resume it")
    .option("--reason <text>", "why, for those who ask later")
    .action((route: string, options: PauseOptions) =>
      shell.perform("pause", options, () => pause(route, options, shell)),
    );
}

async function pause(route: string, options: PauseOptions, shell: Shell): Promise<Answer> {
  const { reach } = await import("./reach.ts");
  const { off = false, reason } = options;
  const operator = await reach(options, shell);
  const data = await operator.pause({ route, on: !off, reason, by: whoAmI() });
  const state = off ? "resumed" : "paused";
  const text = `${route} ${data.made ? "is" : "was already"} ${state} (flags ${data.version})`;
  return { data, text };
}
