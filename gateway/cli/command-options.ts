import { hostname, userInfo } from "node:os";
import { InvalidArgumentError, type Command } from "commander";
import { durationMs } from "../config/duration.ts";

/** A command with the options that every one has, and examples before anything else in its help. */
export function subcommand(parent: Command, usage: string, description: string, examples: string): Command {
  return parent
    .command(usage)
    .description(description)
    .addHelpText("before", `Examples:\n${examples}\n`)
    .option("--json", "one JSON envelope on stdout, on failure too");
}

/** Adds the options that name a gateway, and show it who asks. */
export function withAdmin(command: Command): Command {
  return command
    .option(
      "--admin <url>",
      "the gateway's operator address (default: that of ADMIN_HOST and ADMIN_PORT, http://127.0.0.1:9901 unless set, or the files when nothing answers there)",
    )
    .option("--token-file <path>", "file with the token that shows who you are (default: BANYAN_TOKEN)");
}

/** `25`, `0.5`, `25%`. */
export function percentArgument(text: string): number {
  if (/^[0-9]{1,3}(?:\.[0-9]+)?%?$/.test(text)) return Number.parseFloat(text);
  throw new InvalidArgumentError("Write a number from 0.001 to 100.");
}

/** `2h`, or a moment in ISO 8601; as the latter. */
export function untilArgument(text: string): string {
  const ms = durationMs(text);
  const at = ms === null ? Date.parse(text) : Date.now() + ms;
  if (!Number.isNaN(at) && (ms !== null || /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text))) {
    return new Date(at).toISOString();
  }
  throw new InvalidArgumentError(
    "Write how long, such as 90m or 2h, or a time such as 2027-01-31T12:00:00Z.",
  );
}

/** Collects an option that may be given again and again. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Who is at the keyboard, as user@host. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have a number and no name.
    return String(process.getuid?.() ?? "unknown");
  }
}
