import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { subcommand, withAdmin } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan status
  banyan status get-order              one route, with everything that is known about it
  banyan status --watch                again every two seconds
`;

const WATCH_EVERY_MS = 2000;
const CLEAR_SCREEN = "\x1b[2J\x1b[H";

interface StatusOptions extends CommonOptions {
  readonly watch?: boolean;
}

/** `banyan status`: where every route stands. */
export function addStatus(program: Command, shell: Shell): void {
  withAdmin(subcommand(program, "status", "show where routes stand", EXAMPLES))
    .argument("[route]", "one route, in detail")
    .option("--watch", "again every two seconds, until Ctrl-C")
    .action((route: string | undefined, options: StatusOptions) =>
      shell.perform("status", options, () => watched(route, options, shell)),
    );
}

async function watched(route: string | undefined, options: StatusOptions, shell: Shell): Promise<Answer> {
  if (options.watch !== true) return status(route, options, shell);
  let noticed = false;
  const notice = (text: string) => {
    if (!noticed) shell.notice(text);
    noticed = true;
  };
  for (;;) {
    const answer = await status(route, options, { screen: shell.screen, notice });
    const clear = process.stdout.isTTY && options.json !== true ? CLEAR_SCREEN : "";
    shell.print("status", options, { ...answer, text: `${clear}${answer.text}\n` });
    await sleep(WATCH_EVERY_MS);
  }
}

async function status(
  route: string | undefined,
  options: StatusOptions,
  shell: Pick<Shell, "screen" | "notice">,
): Promise<Answer> {
  const [{ reach }, { statusText, routeText }] = await Promise.all([
    import("./reach.ts"),
    import("./status-text.ts"),
  ]);
  const operator = await reach(options, shell);
  const data = await operator.status(route);
  const only = route === undefined ? undefined : data.routes[0];
  const text = only === undefined ? statusText(data, shell.screen) : routeText(only, data, shell.screen);
  return { data, text };
}
