import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { subcommand, whoAmI, withAdmin } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan kill                               everything to legacy, now
  banyan kill get-order                     one route to legacy, now
  banyan kill --off --reason "fixed"        back to what the stages say
`;

interface KillOptions extends CommonOptions {
  readonly off?: boolean;
  readonly reason?: string;
}

/** `banyan kill`: the emergency stop. It needs no reason: nobody should have to think of one then. */
export function addKill(program: Command, shell: Shell): void {
  withAdmin(
    subcommand(program, "kill", "send a route, or everything, to legacy whatever the stages say", EXAMPLES),
  )
    .argument("[route]", "its id; everything when absent")
    .option("--off", "back to what the stages say")
    .option("--reason <text>", "why, for those who ask later")
    .action((route: string | undefined, options: KillOptions) =>
      shell.perform("kill", options, () => kill(route, options, shell)),
    );
}

async function kill(route: string | undefined, options: KillOptions, shell: Shell): Promise<Answer> {
  const { reach } = await import("./reach.ts");
  const { off = false, reason } = options;
  const operator = await reach(options, shell);
  const data = await operator.kill({ on: !off, reason, by: whoAmI(), route });
  for (const note of data.notes) shell.notice(note);
  const what = route === undefined ? "everything" : `all of ${route}`;
  const state = off ? "off: the stages decide again" : `on: ${what} goes to legacy`;
  const text = data.made
    ? `the kill switch is ${state} (flags ${data.version})`
    : `the kill switch was already ${off ? "off" : "on"} (flags ${data.version})`;
  return { data, text };
}
