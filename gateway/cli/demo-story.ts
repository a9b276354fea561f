import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CliError, type Answer } from "./answer.ts";
import type { CommonOptions } from "./shell.ts";

/** The story is told by the parts of a checkout, which are no part of the package. Two folders up from source and build. */
const STORY = new URL("../../demo/story.ts", import.meta.url);

const seen = z.object({
  requests: z.number(),
  errors: z.number(),
  surprises: z.number(),
  steps: z.array(z.object({ command: z.string(), exitCode: z.number() })),
});

/** Has the story told, on this process's streams. */
export async function demo({ json = false }: CommonOptions): Promise<Answer> {
  if (!existsSync(STORY)) {
    const message =
      "the demo needs the monolith and the functions of a checkout, which the package leaves out";
    throw new CliError(2, [{ message, next: "npx banyan demo, in a clone of the repository after npm ci" }]);
  }
  const main = fileURLToPath(
    new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url),
  );
  const story = fork(STORY, [main], { stdio: ["ignore", json ? "ignore" : "inherit", "inherit", "ipc"] });
  // Ctrl-C reaches the story as well, which then ends its parts; whoever signals only us means it, too.
  const passOn = () => void story.kill("SIGTERM");
  process.on("SIGTERM", passOn).on("SIGINT", () => undefined);
  let data: z.infer<typeof seen> | null = null;
  story.on("message", (message) => void (data = seen.parse(message)));
  await once(story, "exit");
  process.off("SIGTERM", passOn);
  if (story.exitCode === 0) return { data, text: "" };
  if (story.exitCode === 130 || story.signalCode !== null) return { exitCode: 130, data, text: "" };
  return { exitCode: 1, data, text: "", problems: [{ message: "the story did not go as it is told" }] };
}
