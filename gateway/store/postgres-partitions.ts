import { DAY_MS } from "./horizon.ts";
import { lock, type SqlConnection } from "./postgres-connection.ts";

/** The day that a sample's partition holds, in days since the epoch. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** Makes the partitions of these days where they are missing. */
export async function makePartitions(
  sql: SqlConnection,
  schema: string,
  days: readonly number[],
): Promise<void> {
  // CREATE TABLE IF NOT EXISTS fails when two do it at the same moment.
  await lock(sql, schema, "partitions");
  for (const day of days) {
    await sql.query(`CREATE TABLE IF NOT EXISTS ${partition(schema, day)} PARTITION OF ${schema}.samples
      FOR VALUES FROM (${day * DAY_MS}) TO (${(day + 1) * DAY_MS})`);
  }
}

/** Drops the partitions of all days before this one, and says how many samples went with them. */
export async function dropPartitions(sql: SqlConnection, schema: string, before: number): Promise<number> {
  await lock(sql, schema, "partitions");
  const { rows } = await sql.query(
    `SELECT substring(relname FROM '^samples_day_(-?[0-9]+)$') AS day FROM pg_inherits
     JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = $1::regclass`,
    [`${schema}.samples`],
  );
  let samples = 0;
  for (const day of rows.flatMap((row) => (row["day"] === null ? [] : [Number(row["day"])]))) {
    if (day >= before) continue;
    const counted = await sql.query(`SELECT count(*) AS n FROM ${partition(schema, day)}`);
    samples += Number(counted.rows[0]?.["n"]);
    await sql.query(`DROP TABLE ${partition(schema, day)}`);
  }
  return samples;
}

const partition = (schema: string, day: number) => `${schema}."samples_day_${day}"`;
