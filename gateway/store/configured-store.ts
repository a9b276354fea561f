import { join } from "node:path";
import type { Settings } from "../config/env.ts";
import type { EvidenceConfig } from "../config/gateway-config.ts";
import type { Clock } from "../clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import { evidenceWriter, type EvidenceWriter } from "./evidence-writer.ts";

/** The store that routes.yaml names; not started yet. Only who uses a database waits for its driver to load. */
export async function evidenceStore(
  { store, file, url }: EvidenceConfig,
  { dataFolder }: Pick<Settings, "dataFolder">,
): Promise<EvidenceStore> {
  switch (store) {
    case "memory": {
      const { memoryStore } = await import("./memory.ts");
      return memoryStore();
    }
    case "sqlite": {
      const { sqliteStore } = await import("./sqlite.ts");
      return sqliteStore({ file: file ?? join(dataFolder, "evidence.db") });
    }
    case "postgres": {
      const { postgresStore } = await import("./postgres.ts");
      return postgresStore({ url: url! });
    }
    default:
      return store satisfies never;
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Writes to a store, and forgets what is older than routes.yaml wants it kept. */
export function configuredWriter(
  store: EvidenceStore,
  { keepCountsDays, keepSamplesDays, samplesMaxBytes }: EvidenceConfig,
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry },
): EvidenceWriter {
  return evidenceWriter(store, {
    clock,
    retention: {
      countsForMs: keepCountsDays * DAY_MS,
      samplesForMs: keepSamplesDays * DAY_MS,
      samplesMaxBytes,
    },
    onLost: (reason, lost) => telemetry.evidenceLost({ reason, ...lost }),
    onTrouble: (problem) => telemetry.storeChanged({ problem }),
  });
}
