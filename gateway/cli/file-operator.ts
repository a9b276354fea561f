import { join } from "node:path";
import { localOperator } from "../admin/local-operator.ts";
import type { Operator } from "../admin/operator.ts";
import { packageVersion } from "../admin/version.ts";
import { fileAudit } from "../audit/file-audit.ts";
import { systemClock as clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import { flagFileOf } from "../config/flag-file.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { readConfig } from "../config/read.ts";
import { emergencyStop } from "../flags/emergency-stop.ts";
import { stopFile } from "../flags/stop-file.ts";
import { configuredFlags } from "../flags/configured-flags.ts";
import { routeTable } from "../routes/table.ts";
import { evidenceStore } from "../store/configured-store.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import { silentTelemetry } from "../telemetry/silent.ts";
import { CliError } from "./answer.ts";

/** What stands in for a gateway that does not run. */
export interface FileOperator {
  readonly operator: Operator;
  /** Where the flags are. */
  readonly flagsAt: string;
  /** Why the flags there could not be read, so that only routes.yaml's own stages are known; null when they were. */
  readonly problem: string | null;
}

/** Works on routes.yaml and the flags themselves, wherever they are. Rejects with a CliError when routes.yaml is not valid. */
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
  const killFile = stopFile(join(settings.dataFolder, "kill"), () => undefined);
  await killFile.refresh();
  const stop = emergencyStop(killFile);
  let problem: string | null = null;
  const { flags, writer } = await configuredFlags(loaded.config, settings, {
    clock,
    onChange: (snapshot) => void stop.flagsSay(snapshot),
    onRejected: (why) => {
      problem = why;
    },
  });
  // One look is enough: a command is soon over.
  await flags.start();
  await flags.stop();
  const table = routeTable(loaded.config.routes);
  const operator = localOperator({
    table: () => table,
    flags,
    writer,
    stop,
    audit: fileAudit({ path: join(settings.dataFolder, "audit.ndjson"), clock }),
    evidence: openedWhenAsked(() => evidenceStore(loaded.config.evidence, settings)),
    environment: loaded.config.evidence.environment,
    configFile: settings.configFile,
    via: { channel: "cli", remote: null, proof: "local" },
    clock,
    telemetry: silentTelemetry,
    version: packageVersion(),
    live: null,
  });
  return { operator, flagsAt: placeOf(loaded.config, settings), problem };
}

/** A store that is open only while it is asked: a command is soon over, and a gateway may want the file. */
function openedWhenAsked(make: () => Promise<EvidenceStore>): Pick<EvidenceStore, "summaries" | "samples"> {
  const asking = async <T>(ask: (store: EvidenceStore) => Promise<T>) => {
    const store = await make();
    await store.start();
    try {
      return await ask(store);
    } finally {
      await store.close();
    }
  };
  return {
    summaries: (query) => asking((store) => store.summaries(query)),
    samples: (query) => asking((store) => store.samples(query)),
  };
}

function placeOf({ flags }: GatewayConfig, settings: Settings): string {
  if (settings.flags !== null) return "BANYAN_FLAGS";
  if (flags.source === "file") return flagFileOf(flags, settings);
  if (flags.source === "openfeature") return flags.provider;
  return `AppConfig ${flags.application}/${flags.environment}/${flags.profile}`;
}
