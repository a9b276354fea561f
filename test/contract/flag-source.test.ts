import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { fileFlags } from "../../gateway/flags/file.ts";
import type { FlagSnapshot } from "../../gateway/flags/flag-source.ts";
import { fixedFlags } from "../support/fixed-flags.ts";
import { flagSourceContract } from "./flag-source.ts";

flagSourceContract("a fixed one", async () => {
  const source = fixedFlags();
  return {
    source,
    publish: async (snapshot) => source.set(snapshot),
    spoil: async () => source.fail("spoilt by the test"),
    cleanUp: async () => undefined,
  };
});

flagSourceContract("a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "flags-"));
  const path = join(folder, "flags.yaml");
  const replace = async (text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  return {
    source: fileFlags({ path, clock: systemClock }),
    publish: (snapshot) => replace(asDocument(snapshot)),
    spoil: () => replace("version: 1\nkill: [unclosed"),
    cleanUp: () => rm(folder, { recursive: true }),
  };
});

function asDocument({ version, routes, killed }: FlagSnapshot): string {
  const flags: Record<string, object> = {};
  for (const [id, { stage, percent }] of routes)
    flags[id] = stage === "canary" ? { stage, percent } : { stage };
  return JSON.stringify({ version: Number(version), kill: killed, routes: flags });
}
