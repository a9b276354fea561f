import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EvidenceStore, Summary } from "../../gateway/store/evidence-store.ts";
import { postgresStore } from "../../gateway/store/postgres.ts";
import { sqliteStore } from "../../gateway/store/sqlite.ts";
import { somePostgres, someSchema, type SomePostgres } from "../support/postgres.ts";
import { batch, increment } from "./evidence-store-examples.ts";

const noise = {
  at: "body/id",
  triples: 1,
  onlyCandidate: 0,
  onlySecondary: 0,
  both: 1,
  shapes: ["text"],
  features: { text: { onlyCandidate: 1, onlySecondary: 0 } },
};

/** Writes to a store, makes its tables those of version 1, opens it again, and says what is there after another write. */
async function broughtUpToDate(
  open: () => EvidenceStore,
  downgrade: () => Promise<void>,
): Promise<Summary | undefined> {
  const before = open();
  await before.start();
  await before.append(batch({ increments: [increment({ noise: [{ ...noise, features: {} }] })] }));
  await before.close();
  await downgrade();
  const after = open();
  try {
    await after.start();
    await after.append(batch({ increments: [increment({ noise: [noise] })] }));
    const [summary] = await after.summaries({});
    return summary;
  } finally {
    await after.close();
  }
}

const BOTH = { counts: { compared: 2 }, noise: [{ ...noise, triples: 2, both: 2 }] };

describe("evidence of tables without features", () => {
  it("stays, and gets them, in a SQLite file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "evidence-"));
    const file = join(folder, "evidence.db");
    const summary = await broughtUpToDate(
      () => sqliteStore({ file }),
      async () => {
        const db = new DatabaseSync(file);
        db.exec("DROP TABLE features; PRAGMA user_version = 1");
        db.close();
      },
    );
    await rm(folder, { recursive: true });
    expect(summary).toMatchObject(BOTH);
  });

  describe("in PostgreSQL", () => {
    let server: SomePostgres;
    beforeAll(async () => void (server = await somePostgres()), 60_000);
    afterAll(() => server.end());

    it("stays, and gets them", async () => {
      const schema = someSchema();
      const client = new Client({ connectionString: server.url });
      await client.connect();
      const summary = await broughtUpToDate(
        () => postgresStore({ url: server.url, schema }),
        async () => {
          await client.query(
            `DROP TABLE ${schema}.features; UPDATE ${schema}.tables_version SET version = 1`,
          );
        },
      );
      await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.end();
      expect(summary).toMatchObject(BOTH);
    });
  });
});
