import { localOperator } from "../admin/local-operator.ts";
import type { Operator } from "../admin/operator.ts";
import { packageVersion } from "../admin/version.ts";
import { systemClock as clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import { flagFileOf } from "../config/flag-file.ts";
import { readConfig } from "../config/read.ts";
import { fileFlagWriter } from "../flags/file-writer.ts";
import { fileFlags } from "../flags/file.ts";
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
  const flags = fileFlags({ path: flagFile, clock });
  await flags.refresh();
  const writer = fileFlagWriter({ path: flagFile, clock });
  const table = routeTable(loaded.config.routes);
  const operator = localOperator({
    table: () => table,
    flags,
    writer,
    clock,
    telemetry: silentTelemetry,
    version: packageVersion(),
    live: null,
  });
  return { operator, flagFile };
}
