import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Settings } from "./env.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import { readConfig } from "./read.ts";
import { watchFile } from "./watch.ts";

export interface Reloads extends Disposable {
  /** What is wrong with the newest file, which is therefore not in use; null when nothing is. */
  problem(): string | null;
}

/** Reads routes.yaml again when it changes or on SIGHUP. What is wrong is told, and the last good one stays in use. */
export async function reloads(
  { configFile, variables }: Pick<Settings, "configFile" | "variables">,
  telemetry: Pick<Telemetry, "configLoaded" | "configRejected" | "unexpected">,
  use: (config: GatewayConfig) => void,
): Promise<Reloads> {
  let problem: string | null = null;
  const reload = async () => {
    const loaded = await readConfig(configFile, variables);
    if ("problems" in loaded) {
      const problems = loaded.problems.map(
        ({ line, col, message }) => `${configFile}:${line}:${col}: ${message}`,
      );
      problem = problems.join("\n");
      telemetry.configRejected({ file: configFile, problems });
      return;
    }
    problem = null;
    use(loaded.config);
    telemetry.configLoaded({ file: configFile, routes: loaded.config.routes.length, reloaded: true });
  };
  // One after another, so that an older file never replaces a newer one.
  let last = Promise.resolve();
  const reloadNext = () => {
    last = last.then(reload).catch((error: unknown) => telemetry.unexpected({ where: "reload", error }));
  };
  const watch = watchFile(configFile, reloadNext);
  await watch.start();
  process.on("SIGHUP", reloadNext);
  return {
    problem: () => problem,
    [Symbol.dispose]() {
      watch.stop();
      process.off("SIGHUP", reloadNext);
    },
  };
}
