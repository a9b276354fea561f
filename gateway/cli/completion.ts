import { Argument, type Command } from "commander";
import type { Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  source <(banyan completion bash)                              for this shell; a line of ~/.bashrc for all
  banyan completion zsh > "\${fpath[1]}/_banyan"
  banyan completion fish > ~/.config/fish/completions/banyan.fish
  banyan completion powershell | Out-String | Invoke-Expression
`;

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** `banyan completion`: what a shell runs to complete commands, options, route ids and stages. */
export function addCompletion(program: Command, shell: Shell): void {
  subcommand(program, "completion", "print what a shell needs to complete commands and route ids", EXAMPLES)
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .action((name: string, options: CommonOptions) =>
      shell.perform("completion", options, () => completion(name)),
    );
}

async function completion(name: string): Promise<Answer> {
  const { completionScript } = await import("./complete.ts");
  const script = completionScript(name);
  return { data: { shell: name, script }, text: script };
}
