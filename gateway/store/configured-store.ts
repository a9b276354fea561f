import { join } from "node:path";
import type { Settings } from "../config/env.ts";
import type { EvidenceConfig } from "../config/gateway-config.ts";
import type { EvidenceStore } from "./evidence-store.ts";

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
