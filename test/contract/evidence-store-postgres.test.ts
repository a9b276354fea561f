import { Client } from "pg";
import { afterAll, beforeAll } from "vitest";
import { postgresStore } from "../../gateway/store/postgres.ts";
import { somePostgres, someSchema, type SomePostgres } from "../support/postgres.ts";
import { evidenceStoreContract } from "./evidence-store.ts";

let server: SomePostgres;
beforeAll(async () => void (server = await somePostgres()), 60_000);
afterAll(() => server.end());

evidenceStoreContract("PostgreSQL", async () => {
  const schema = someSchema();
  const again = () => postgresStore({ url: server.url, schema });
  return { store: again(), again, cleanUp: () => dropSchema(schema) };
});

async function dropSchema(schema: string): Promise<void> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
}
