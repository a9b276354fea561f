import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { fileFlagWriter } from "../../gateway/flags/file-writer.ts";
import { deployedFlags } from "../support/deployed-flags.ts";
import { flagWriterContract } from "./flag-writer.ts";

flagWriterContract("a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "flags-"));
  const path = join(folder, "flags.yaml");
  return {
    writer: () => fileFlagWriter({ path, clock: systemClock }),
    put: (text) => writeFile(path, text),
    text: () => readFile(path, "utf8").catch(() => null),
    cleanUp: () => rm(folder, { recursive: true }),
  };
});

flagWriterContract("AppConfig", async () => {
  const { writer, put, inUse, end } = await deployedFlags();
  return {
    writer,
    put: async (text) => put(text, text.startsWith("{") ? "application/json" : "application/x-yaml"),
    text: inUse,
    cleanUp: end,
  };
});
