import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import type { EvidenceQuery, Retention, SampleQuery, Summary } from "./evidence-store.ts";
import { horizonOf } from "./horizon.ts";
import { samplesQuery, sumsQuery, type Dialect, type Query } from "./queries.ts";
import { rowsOf } from "./rows.ts";
import { sizeOf, type SampleRecord } from "./sample-record.ts";
import type { ReadyBatch, StoredSample } from "./sqlite-call.ts";
import { openSqliteFile, transaction, type SqliteFileOptions } from "./sqlite-file.ts";
import { summariesOf } from "./summaries.ts";
import { HOURLY, HOURS, TABLES, columnsOf, type Folding, type Row, type Table } from "./tables.ts";

type SqlRow = Readonly<Record<string, SQLOutputValue>>;

/** Evidence in one SQLite file. Every call holds up its thread until it is done. */
export class SqliteEngine {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(options: SqliteFileOptions) {
    this.#db = openSqliteFile(options);
  }

  append(batch: ReadyBatch): void {
    const written = rowsOf(batch.increments);
    transaction(this.#db, "IMMEDIATE", () => {
      if (this.#run("INSERT INTO batches VALUES (?, ?) ON CONFLICT DO NOTHING", batch.id, batch.at) === 0)
        return;
      for (const { table, rows } of written) for (const row of rows) this.#fold(table, row);
      for (const sample of batch.samples) this.#insert(sample);
    });
  }

  summaries(query: EvidenceQuery): Summary[] {
    const read = () => new Map(TABLES.map((table) => [table, this.#query(sumsQuery(table, query, DIALECT))]));
    // One transaction, so that the tables tell of the same moment although others write.
    return summariesOf(transaction(this.#db, "DEFERRED", read), query);
  }

  samples(query: SampleQuery): StoredSample[] {
    return this.#query(samplesQuery(query, DIALECT)).map(({ document, bodies }) => ({
      document: String(document),
      bodies: bodies instanceof Uint8Array ? bodies : new Uint8Array(),
    }));
  }

  forget(retention: Retention, now: number): { hours: number; samples: number } {
    const { hour, lastSeenAt, samplesAt, batchesAt } = horizonOf(retention, now);
    const forgotten = transaction(this.#db, "IMMEDIATE", () => {
      let hours = 0;
      for (const table of TABLES) {
        const [column, horizon] = HOURLY.includes(table) ? ["hour", hour] : ["last_at", lastSeenAt];
        const gone = this.#run(`DELETE FROM ${table.name} WHERE ${column} < ?`, horizon);
        if (table === HOURS) hours = gone;
      }
      this.#run("DELETE FROM batches WHERE at < ?", batchesAt);
      const old = this.#run("DELETE FROM samples WHERE at < ?", samplesAt);
      return { hours, samples: old + this.#run(OVERSIZE, retention.samplesMaxBytes) };
    });
    this.#db.exec("PRAGMA incremental_vacuum");
    return forgotten;
  }

  close(): void {
    this.#db.close();
  }

  #fold(table: Table, row: Row): void {
    this.#run(upsert(table), ...columnsOf(table).map((column) => row[column]!));
  }

  #insert(sample: SampleRecord): void {
    const { id, routeId, environment, at, document, bodies } = sample;
    const sql = `INSERT INTO samples (id, route_id, environment, at, bytes, document, bodies)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq`;
    const inserted = this.#prepared(sql).get(id, routeId, environment, at, sizeOf(sample), document, bodies);
    if (inserted === undefined) return;
    for (const token of sample.groups)
      this.#run("INSERT INTO sample_groups VALUES (?, ?)", token, inserted["seq"]!);
  }

  #query({ sql, values }: Query): SqlRow[] {
    return this.#prepared(sql).all(...values);
  }

  /** Rows that were changed. */
  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const DIALECT: Dialect = {
  schema: "",
  hasToken: "seq IN (SELECT seq FROM sample_groups WHERE token = ?)",
};

/** The oldest of the samples that do not fit; newest first, the others have used up all bytes. */
const OVERSIZE = `DELETE FROM samples WHERE seq IN (
  SELECT seq FROM (SELECT seq, sum(bytes) OVER (ORDER BY at DESC, seq DESC) AS used FROM samples) WHERE used > ?)`;

function upsert(table: Table): string {
  const columns = columnsOf(table);
  const folds = Object.entries(table.folded)
    .filter(([, folding]) => folding !== "once")
    .map(([column, folding]) => `${column} = ${FOLDS[folding](column)}`);
  return `INSERT INTO ${table.name} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT DO UPDATE SET ${folds.join(", ")}`;
}

/** What a column becomes when its row is there already. */
const FOLDS: Readonly<Record<Folding, (column: string) => string>> = {
  add: (column) => `${column} + excluded.${column}`,
  least: (column) => `min(${column}, excluded.${column})`,
  most: (column) => `max(${column}, excluded.${column})`,
  examples: (column) => `merged_examples(${column}, excluded.${column})`,
  once: (column) => column,
};
