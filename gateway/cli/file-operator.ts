import { join } from "node:path";
import { localOperator } from "../admin/local-operator.ts";
import type { Operator } from "../admin/operator.ts";
import { packageVersion } from "../admin/version.ts";
import { systemClock as clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import { flagFileOf } from "../config/flag-file.ts";
import { readConfig } from "../config/read.ts";
import { emergencyStop } from "../flags/emergency-stop.ts";
import { stopFile } from "../flags/stop-file.ts";
import { flagsInFile } from "../flags/configured-flags.ts";
import { routeTable } from "../routes/table.ts";
import { silentTelemetry } from "../telemetry/silent.ts";
import { CliError } from "./answer.ts";

/** The files that stand in for a gateway that does not run. */
export interface FileOperator {
  readonly operator: Operator;
  readonly flagFile: string;
}

/** Works on routes.yaml and the flag file. Rejects with a CliError when routes.yaml is not valid. */
export async function fileOperator(settings: Settings): Promise<FileOperator> {
  const loaded = await readConfig(settings.configFile, settings.variables);
  if ("problems" in loaded) {
    const problems = loaded.problems.map(({ file, line, col, message, hint }) => ({
      message: `${file}:${line}:${col}: ${message} (${hint})`,
    }));
    const [first = { message: `${settings.configFile} is not valid` }, ...others] = problems;
    throw new CliError(2, [
      first,
      ...others,
      { message: "routes.yaml is not valid", next: "banyan validate" },
    ]);
  }
  const { flags: keptIn } = loaded.config;
  if (keptIn.source === "appconfig") {
    const message = "no gateway answers, and without one nothing is known of flags that live in AppConfig";
    throw new CliError(4, [{ message, next: "banyan start" }]);
  }
  const flagFile = flagFileOf(keptIn, settings);
  const killFile = stopFile(join(settings.dataFolder, "kill"), () => undefined);
  await killFile.refresh();
  const stop = emergencyStop(killFile);
  const { flags, writer } = flagsInFile(flagFile, {
    clock,
    onChange: (snapshot) => void stop.flagsSay(snapshot),
    onRejected: () => undefined,
  });
  await flags.refresh();
  const table = routeTable(loaded.config.routes);
  const operator = localOperator({
    table: () => table,
    flags,
    writer,
    stop,
    clock,
    telemetry: silentTelemetry,
    version: packageVersion(),
    live: null,
  });
  return { operator, flagFile };
}
