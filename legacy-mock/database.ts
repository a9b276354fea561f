import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { ZodType } from "zod";

/** The shop's data. Every row read is checked against the shape the caller expects. */
export interface ShopDatabase {
  all<T>(shape: ZodType<T>, sql: string, ...values: SQLInputValue[]): T[];
  first<T>(shape: ZodType<T>, sql: string, ...values: SQLInputValue[]): T | undefined;
  /** How many rows changed, and the last row id. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number; id: number };
  /** All of it or none of it; what throws inside is undone. */
  atomically<T>(work: () => T): T;
  close(): void;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS customers (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, city TEXT NOT NULL, country TEXT NOT NULL,
  tags TEXT NOT NULL, passwordHash TEXT NOT NULL, updatedAt TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
  sid TEXT PRIMARY KEY, customerId INTEGER NOT NULL REFERENCES customers, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS products (
  sku TEXT PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, description TEXT NOT NULL,
  priceCents INTEGER NOT NULL, stock INTEGER NOT NULL CHECK (stock >= 0), updatedAt TEXT NOT NULL,
  image BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS basketLines (
  basketId TEXT NOT NULL, sku TEXT NOT NULL REFERENCES products, quantity INTEGER NOT NULL,
  PRIMARY KEY (basketId, sku)) STRICT;
CREATE TABLE IF NOT EXISTS orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT, customerId INTEGER NOT NULL REFERENCES customers, status TEXT NOT NULL,
  discountPercent INTEGER NOT NULL, placedAt TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orderLines (
  orderId INTEGER NOT NULL REFERENCES orders, position INTEGER NOT NULL, sku TEXT NOT NULL REFERENCES products,
  quantity INTEGER NOT NULL, priceCents INTEGER NOT NULL, PRIMARY KEY (orderId, position)) STRICT;
CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, orderId INTEGER NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, topics TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, type TEXT NOT NULL, content BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT, side TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL,
  at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS ordersOfCustomer ON orders (customerId);
`;

/** How long a writer waits for another process's transaction. */
const BUSY_TIMEOUT_MS = 5_000;

/** Opens the shop's file, with its tables; makes both, and the folder, when missing. */
export function openDatabase(file: string): ShopDatabase {
  if (file === "" || file === ":memory:")
    throw new Error("The functions read the shop's database too: name a file (SHOP_DB), not memory.");
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.exec(SCHEMA);
  const statements = new Map<string, StatementSync>();

  function statement(sql: string): StatementSync {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  }
  return {
    all: (shape, sql, ...values) =>
      statement(sql)
        .all(...values)
        .map((row) => shape.parse(row)),
    first(shape, sql, ...values) {
      const row = statement(sql).get(...values);
      return row === undefined ? undefined : shape.parse(row);
    },
    run(sql, ...values) {
      const { changes, lastInsertRowid } = statement(sql).run(...values);
      return { changes: Number(changes), id: Number(lastInsertRowid) };
    },
    atomically(work) {
      // IMMEDIATE: a transaction that reads first and writes later would fail, not wait, when a function wrote in between.
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}
