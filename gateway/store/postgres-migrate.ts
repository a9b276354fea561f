import { StoreError } from "./evidence-store.ts";
import { lock, type SqlConnection } from "./postgres-connection.ts";
import { migrations } from "./postgres-schema.ts";

/** Makes the schema or brings it up to date. Gateways that start at once do it one after the other. */
export async function migrate(sql: SqlConnection, schema: string): Promise<void> {
  await lock(sql, schema, "migrate");
  const known = migrations(schema);
  const version = await presentVersion(sql, schema);
  if (version > known.length)
    throw new StoreError(
      `the schema ${schema} was written by a newer release (its tables are version ${version}, this release knows ${known.length}): run that release, or name another schema`,
    );
  if (version === known.length) return;
  for (const migration of known.slice(version)) await sql.query(migration);
  await sql.query(`UPDATE ${schema}.tables_version SET version = $1`, [known.length]);
}

/** Version of the tables; 0 where there are none yet. */
async function presentVersion(sql: SqlConnection, schema: string): Promise<number> {
  const has = async (query: string) => (await sql.query(query, [schema])).rows.length > 0;
  // Asked first, as CREATE SCHEMA IF NOT EXISTS demands the right to create one even where it exists.
  if (!(await has("SELECT FROM pg_namespace WHERE nspname = $1"))) await sql.query(`CREATE SCHEMA ${schema}`);
  if (!(await has("SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'tables_version'"))) {
    if (await has("SELECT FROM pg_tables WHERE schemaname = $1"))
      throw new StoreError(`the schema ${schema} holds tables of something else: name another schema`);
    await sql.query(`CREATE TABLE ${schema}.tables_version (version integer NOT NULL)`);
    await sql.query(`INSERT INTO ${schema}.tables_version VALUES (0)`);
  }
  const { rows } = await sql.query(`SELECT version FROM ${schema}.tables_version`);
  return Number(rows[0]?.["version"]);
}
