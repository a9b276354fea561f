import { readFileSync } from "node:fs";
import tabbing, { type Complete } from "@bomb.sh/tab";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { readEnv } from "../config/env.ts";
import { routeIdsIn } from "../config/route-ids.ts";
import { STAGES } from "../routes/route.ts";

/** What a shell runs once, and which then asks `banyan complete -- …` at each press of the key. */
export function completionScript(shell: string): string {
  const lines: string[] = [];
  const print = console.log;
  // The library prints what it makes, and gives it to nobody.
  console.log = (text: string) => void lines.push(text);
  try {
    tabbing.setup("banyan", "banyan", shell);
  } finally {
    console.log = print;
  }
  return lines.join("\n");
}

/** Prints what may come next on a command line that is being typed. Never throws: nobody wants to read errors there. */
export function complete(program: Command, typed: readonly string[]): void {
  const root = tab(program);
  root.commands.delete("complete");
  const routes = (suggest: Complete) => routeIds().forEach((id) => suggest(id, "route"));
  const stages = (suggest: Complete) => STAGES.forEach((stage) => suggest(stage, "stage"));
  const known = new Map([
    ["route", routes],
    ["routes", routes],
    ["stage", stages],
  ]);
  for (const command of root.commands.values()) {
    for (const argument of command.arguments.values()) {
      const handler = known.get(argument.name);
      if (handler !== undefined) argument.handler = handler;
    }
    for (const option of command.options.values()) {
      if (option.value === "route" && option.isBoolean !== true) option.handler = routes;
    }
  }
  root.parse([...typed]);
}

/** Ids in the routes.yaml of this place; none when it cannot be read. */
function routeIds(): readonly string[] {
  try {
    return routeIdsIn(readFileSync(readEnv().configFile, "utf8"));
  } catch {
    return [];
  }
}
