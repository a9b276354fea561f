import type { Command } from "commander";
import { systemClock } from "../clock.ts";
import { readEnv, SettingsError } from "../config/env.ts";
import { CliError, type Answer } from "./answer.ts";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan start
  PORT=80 BANYAN_CONFIG=/etc/banyan/routes.yaml banyan start
`;

/** `banyan start`: runs the gateway until it is told to stop. */
export function addStart(program: Command, shell: Shell): void {
  subcommand(program, "start", "run the gateway until SIGTERM or Ctrl-C", EXAMPLES).action(
    (options: CommonOptions) => shell.perform("start", options, start, "its-own"),
  );
}

async function start(): Promise<Answer> {
  const stopped = stopAsked();
  // Only this command needs the request path and all that it brings along.
  const { startGateway } = await import("../main.ts");
  const gateway = await startGateway(readEnv()).catch((error: unknown) => {
    throw explained(error);
  });
  await stopped;
  await gateway.stop();
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
