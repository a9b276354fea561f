import type { EvidenceStore, Retention } from "./evidence-store.ts";
import { horizonOf } from "./horizon.ts";
import { isMissingPartition } from "./postgres-failure.ts";
import { tryLock, type SqlConnection } from "./postgres-connection.ts";
import { migrate } from "./postgres-migrate.ts";
import { dayOf, dropPartitions, makePartitions } from "./postgres-partitions.ts";
import { INSERT_SAMPLES, upsertSql } from "./postgres-schema.ts";
import { samplesQuery, sumsQuery, type Dialect, type Query } from "./queries.ts";
import { rowsOf } from "./rows.ts";
import { sampleRecord, sizeOf, type SampleRecord } from "./sample-record.ts";
import { sampleOf } from "./stored-sample.ts";
import { summariesOf, type ReadRow } from "./summaries.ts";
import { columnsOf, HOURLY, HOURS, TABLES, type Row, type Table } from "./tables.ts";

/** Does work in one transaction of this mode; all of it counts or nothing. */
export type Within = <R>(mode: string, work: (sql: SqlConnection) => Promise<R>) => Promise<R>;

const READ = "ISOLATION LEVEL REPEATABLE READ READ ONLY";
const WRITE = "ISOLATION LEVEL READ COMMITTED";
/** What NOTIFY carries at most is 8,000 bytes. */
const LONGEST_NOTE = 7_000;

/** Evidence in a schema of PostgreSQL, whoever keeps the connections. */
export function postgresEvidence(schema: string, within: Within): Omit<EvidenceStore, "close"> {
  const dialect: Dialect = { schema: `${schema}.`, hasToken: "groups @> ARRAY[?::text]" };
  const madeDays = new Set<number>();

  const makeDays = async (samples: readonly SampleRecord[]) => {
    // Tomorrow's too, so that midnight finds nobody waiting for a lock.
    const days = new Set(samples.flatMap(({ at }) => [dayOf(at), dayOf(at) + 1]));
    const missing = [...days.difference(madeDays)].toSorted((a, b) => a - b);
    if (missing.length === 0) return;
    await within(WRITE, (sql) => makePartitions(sql, schema, missing));
    for (const day of missing) madeDays.add(day);
  };

  return {
    start: () => within(WRITE, (sql) => migrate(sql, schema)),
    async append(batch) {
      const written = rowsOf(batch.increments);
      const samples = batch.samples.map(sampleRecord).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const routes = [...new Set(batch.increments.map(({ key }) => key.routeId))];
      const write = async () => {
        await makeDays(samples);
        await within(WRITE, async (sql) => {
          const id = await sql.query(`INSERT INTO ${schema}.batches VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
            batch.id,
            Math.floor(batch.at),
          ]);
          if (id.changed === 0) return;
          for (const { table, rows } of written) await fold(sql, schema, table, rows);
          await insert(sql, schema, samples);
          await sql.query("SELECT pg_notify($1, $2)", [`${schema}_evidence`, noteOf(routes)]);
        });
      };
      try {
        await write();
      } catch (error) {
        if (!isMissingPartition(error)) throw error;
        // Another gateway found that day too old and dropped it.
        madeDays.clear();
        await write();
      }
    },
    summaries: (query) =>
      within(READ, async (sql) => {
        const rows = new Map<Table, readonly ReadRow[]>();
        for (const table of TABLES) rows.set(table, await read(sql, sumsQuery(table, query, dialect)));
        return summariesOf(rows, query);
      }),
    samples: (query) =>
      within(READ, async (sql) =>
        (await read(sql, samplesQuery(query, dialect))).map(storedSample).map(sampleOf),
      ),
    async forget(retention, now) {
      const firstDay = dayOf(horizonOf(retention, now).samplesAt);
      // On its own, as all who write samples wait while a partition goes.
      const dropped = await within(WRITE, (sql) => dropPartitions(sql, schema, firstDay));
      const { hours, samples } = await within(WRITE, (sql) => deleteOld(sql, schema, retention, now));
      return { hours, samples: dropped + samples };
    },
  };
}

async function fold(sql: SqlConnection, schema: string, table: Table, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const arrays = columnsOf(table).map((column) => rows.map((row) => row[column]));
  await sql.query(upsertSql(schema, table), arrays);
}

async function insert(sql: SqlConnection, schema: string, samples: readonly SampleRecord[]): Promise<void> {
  if (samples.length === 0) return;
  await sql.query(`INSERT INTO ${schema}.samples ${INSERT_SAMPLES}`, [
    samples.map(({ id }) => id),
    samples.map(({ routeId }) => routeId),
    samples.map(({ environment }) => environment),
    samples.map(({ at }) => at),
    samples.map(sizeOf),
    samples.map(({ groups }) => JSON.stringify(groups)),
    samples.map(({ document }) => document),
    samples.map(({ bodies }) => Buffer.from(bodies)),
  ]);
}

async function read(sql: SqlConnection, { sql: text, values }: Query): Promise<readonly ReadRow[]> {
  let number = 0;
  const { rows } = await sql.query(
    text.replaceAll("?", () => `$${(number += 1)}`),
    values,
  );
  return rows;
}

/** Ids of routes for whoever listens; empty when they are too many. */
function noteOf(routes: readonly string[]): string {
  const note = JSON.stringify(routes);
  return Buffer.byteLength(note) > LONGEST_NOTE ? "" : note;
}

/** Deletes what is too old or does not fit; nothing when another gateway is at it. */
async function deleteOld(
  sql: SqlConnection,
  schema: string,
  retention: Retention,
  now: number,
): Promise<{ hours: number; samples: number }> {
  if (!(await tryLock(sql, schema, "forget"))) return { hours: 0, samples: 0 };
  const { hour, lastSeenAt, samplesAt, batchesAt } = horizonOf(retention, now);
  const deleted = async (from: string, value: number) =>
    (await sql.query(`DELETE FROM ${schema}.${from}`, [Math.floor(value)])).changed;
  let hours = 0;
  for (const table of TABLES) {
    const gone = HOURLY.includes(table)
      ? await deleted(`${table.name} WHERE hour < $1`, hour)
      : await deleted(`${table.name} WHERE last_at < $1`, lastSeenAt);
    if (table === HOURS) hours = gone;
  }
  await deleted("batches WHERE at < $1", batchesAt);
  const old = await deleted("samples WHERE at < $1", samplesAt);
  // Newest first, the others have used up all bytes.
  const used = `SELECT id, at, sum(bytes) OVER (ORDER BY at DESC, id) AS used FROM ${schema}.samples`;
  const oversize = `samples WHERE (id, at) IN (SELECT id, at FROM (${used}) AS all_samples WHERE used > $1)`;
  return { hours, samples: old + (await deleted(oversize, retention.samplesMaxBytes)) };
}

function storedSample({ document, bodies }: ReadRow): Pick<SampleRecord, "document" | "bodies"> {
  return { document: String(document), bodies: bodies instanceof Uint8Array ? bodies : new Uint8Array() };
}
