import type { Command } from "commander";
import { subcommand } from "./command-options.ts";
import type { CommonOptions, Shell } from "./shell.ts";

const EXAMPLES = `  banyan demo        a route to canary and back, its function killed meanwhile; nothing is left behind
`;

/** `banyan demo`: what a migration is like, in a minute, with everything real. */
export function addDemo(program: Command, shell: Shell): void {
  subcommand(program, "demo", "tell the story of one route, with everything real", EXAMPLES).action(
    (options: CommonOptions) =>
      shell.perform("demo", options, async () => (await import("./demo-story.ts")).demo(options), "its-own"),
  );
}
