import { InvalidArgumentError, type Command } from "commander";
import { systemClock } from "../clock.ts";
import { readEnv, SettingsError } from "../config/env.ts";
import { workerCount } from "../config/worker-count.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan start
  PORT=80 BANYAN_CONFIG=/etc/banyan/routes.yaml banyan start
  banyan start --workers auto
`;

interface StartOptions extends CommonOptions {
  readonly workers?: number;
}

/** `banyan start`: runs the gateway until it is told to stop. */
export function addStart(program: Command, shell: Shell): void {
  subcommand(program, "start", "run the gateway until SIGTERM or Ctrl-C", EXAMPLES)
    .option(
      "--workers <n>",
      "processes that answer clients; auto for one a core (default: WORKERS, or 1)",
      workersArgument,
    )
    .action((options: StartOptions) => shell.perform("start", options, () => start(options), "its-own"));
}

function workersArgument(text: string): number {
  const count = workerCount(text);
  if (count === null) throw new InvalidArgumentError("Write a number from 1 to 128, or auto.");
  return count;
}

async function start({ workers }: StartOptions): Promise<Answer> {
  const stopped = stopAsked();
  // Only this command needs the request path and all that it brings along.
  const { startGateway } = await import("../main.ts");
  const settings = readEnv();
  const gateway = await startGateway({ ...settings, workers: workers ?? settings.workers }).catch(
    (error: unknown) => {
      throw explained(error);
    },
  );
  // SIGHUP is taken: it reads routes.yaml again. Where there is nothing to replace, Node's debugger keeps SIGUSR1.
  if (gateway.restart !== null) process.on("SIGUSR1", gateway.restart);
  const broken = await Promise.race([stopped, gateway.brokeDown]);
  await gateway.stop();
  if (broken !== undefined) throw explained(broken);
  return { data: { port: gateway.port, adminPort: gateway.adminPort }, text: "" };
}

/** What the system or a part of ours refuses is explained by its message; bugs keep their stack. */
function explained(error: unknown): unknown {
  const isBug = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  if (isBug || !(error instanceof Error) || error instanceof SettingsError) return error;
  const next = error.name === "StartError" ? "banyan validate" : null;
  return new CliError(2, [{ message: error.message, next }]);
}

/** A terminal signals a whole group, and a parent in it passes the signal on: that is one wish, heard twice. */
const SAME_WISH_MS = 500;

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopAsked(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  const onSignal = () => {
    const now = systemClock.elapsed();
    if (askedAt !== null && now - askedAt > SAME_WISH_MS) process.exit(130);
    askedAt ??= now;
    resolve();
  };
  process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
  return promise;
}
