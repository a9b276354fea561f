import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "../../gateway/store/memory.ts";
import { sqliteStore } from "../../gateway/store/sqlite.ts";
import { evidenceStoreContract } from "./evidence-store.ts";

evidenceStoreContract("memory", async () => ({
  store: memoryStore(),
  again: null,
  cleanUp: async () => undefined,
}));

evidenceStoreContract("a SQLite file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  const again = () => sqliteStore({ file: join(folder, "evidence.db") });
  return { store: again(), again, cleanUp: () => rm(folder, { recursive: true }) };
});
