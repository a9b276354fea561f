import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./evidence-store.ts";
import { mergedExamples } from "./examples.ts";
import { sqliteFailure } from "./sqlite-failure.ts";
import { FIRST_TABLES, SECOND_TABLES, type Folding, type Table } from "./tables.ts";

/** Says whose file it is, as SQLite's header has a place for that: "BNYN". */
const APPLICATION_ID = 0x42_4e_59_4e;

/** How every SQLite file begins (https://sqlite.org/fileformat.html#the_database_header). */
const HEADER = Buffer.from("SQLite format 3\0");

const TYPES: Readonly<Record<Folding, string>> = {
  add: "INTEGER",
  least: "INTEGER",
  most: "INTEGER",
  examples: "TEXT",
  once: "TEXT",
};

/** What brings a file from each version of its tables to the next; the first makes them. */
const MIGRATIONS: readonly string[] = [
  `${FIRST_TABLES.map(created).join("\n")}
   CREATE TABLE batches (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE INDEX batches_at ON batches (at);
   CREATE TABLE samples (
     seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, route_id TEXT NOT NULL, environment TEXT NOT NULL,
     at INTEGER NOT NULL, bytes INTEGER NOT NULL, document TEXT NOT NULL, bodies BLOB NOT NULL
   ) STRICT;
   CREATE INDEX samples_at ON samples (at, bytes);
   CREATE INDEX samples_route ON samples (route_id, at);
   CREATE TABLE sample_groups (
     token TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE, PRIMARY KEY (token, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX sample_groups_seq ON sample_groups (seq);`,
  SECOND_TABLES.map(created).join("\n"),
];

export interface SqliteFileOptions {
  readonly file: string;
  /** The file does not grow beyond this; what is over is refused as on a full disk. */
  readonly maxBytes?: number;
}

/** Opens the file, makes it or brings its tables up to date. Throws a StoreError; a file of others is left as it is. */
export function openSqliteFile({ file, maxBytes }: SqliteFileOptions): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    ownFile(file);
    db = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 5_000 });
    refuseForeign(db, file);
    // Before there is a table: samples waste less of larger pages, and pages that are freed go back to the disk.
    db.exec(
      "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
    );
    db.exec(`PRAGMA journal_size_limit = ${16 * 1024 * 1024};`);
    if (maxBytes !== undefined)
      db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pragma(db, "page_size"))};`);
    db.function("merged_examples", { deterministic: true }, (a, b) => mergedExamples(String(a), String(b)));
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw sqliteFailure(file, error);
  }
}

/**
 * Makes the file where there is none. Samples are what customers sent, so nobody else may read them; SQLite gives its -wal
 * the same rights. SQLite itself would take a short file of something else for an empty database.
 */
function ownFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const opened = openSync(file, "a+", 0o600);
  try {
    const header = Buffer.alloc(HEADER.length);
    const read = readSync(opened, header, 0, header.length, 0);
    if (read > 0 && !header.equals(HEADER))
      throw new StoreError(`${file} is no SQLite file: name another one for the evidence`);
  } finally {
    closeSync(opened);
  }
}

function refuseForeign(db: DatabaseSync, file: string): void {
  const [owner, version] = [pragma(db, "application_id"), pragma(db, "user_version")];
  const isEmpty = db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
  if (owner !== APPLICATION_ID && !isEmpty)
    throw new StoreError(`${file} is a database of something else: name another file for the evidence`);
  if (version > MIGRATIONS.length && !isEmpty)
    throw new StoreError(
      `${file} was written by a newer release (its tables are version ${version}, this release knows ${MIGRATIONS.length}): run that release, or name another file`,
    );
}

function migrate(db: DatabaseSync): void {
  // Others may open the same new file at this moment: who gets here second finds the work done.
  transaction(db, "IMMEDIATE", () => {
    for (const migration of MIGRATIONS.slice(pragma(db, "user_version"))) db.exec(migration);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; PRAGMA application_id = ${APPLICATION_ID};`);
  });
}

/** Work of which all is done or nothing. */
export function transaction<R>(db: DatabaseSync, kind: "IMMEDIATE" | "DEFERRED", work: () => R): R {
  db.exec(`BEGIN ${kind}`);
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk has undone it already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

function created({ name, key, folded }: Table): string {
  const keys = Object.entries(key).map(([column, type]) => `${column} ${type} NOT NULL`);
  const others = Object.entries(folded).map(([column, folding]) => `${column} ${TYPES[folding]} NOT NULL`);
  const columns = [...keys, ...others, `PRIMARY KEY (${Object.keys(key).join(", ")})`];
  return `CREATE TABLE ${name} (${columns.join(", ")}) STRICT, WITHOUT ROWID;`;
}
