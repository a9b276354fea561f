import { join, resolve } from "node:path";
import type { Settings } from "./env.ts";
import type { FlagFileConfig } from "./gateway-config.ts";

/** Where flags are kept: in the data folder, unless routes.yaml names a file, which is then found beside it. */
export function flagFileOf(
  { file }: FlagFileConfig,
  { dataFolder, configFile }: Pick<Settings, "dataFolder" | "configFile">,
): string {
  return file === null ? join(dataFolder, "flags.yaml") : resolve(configFile, "..", file);
}
