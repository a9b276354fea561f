import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { ZodType } from "zod";

let opened: DatabaseSync | undefined;

/** The shop's database, shared with the monolith; opened by the first request of this process. */
function shop(): DatabaseSync {
  if (opened !== undefined) return opened;
  const file = process.env["SHOP_DB"];
  if (file === undefined) throw new Error("SHOP_DB is not set: name the monolith's database file.");
  if (!existsSync(file)) throw new Error("The file SHOP_DB names is missing: start the monolith first.");
  opened = new DatabaseSync(file, { timeout: 5_000 });
  return opened;
}

/** Every row, in the shape asked for. */
export function rows<T>(shape: ZodType<T>, sql: string, ...values: SQLInputValue[]): T[] {
  return shop()
    .prepare(sql)
    .all(...values)
    .map((row) => shape.parse(row));
}

/** The first row, if there is one. */
export function row<T>(shape: ZodType<T>, sql: string, ...values: SQLInputValue[]): T | undefined {
  const found = shop()
    .prepare(sql)
    .get(...values);
  return found === undefined ? undefined : shape.parse(found);
}

/** Changes something; says how many rows, and the id of a new one. */
export function write(sql: string, ...values: SQLInputValue[]): { changes: number; id: number } {
  const { changes, lastInsertRowid } = shop()
    .prepare(sql)
    .run(...values);
  return { changes: Number(changes), id: Number(lastInsertRowid) };
}

/** All of it or none of it; waits for the monolith's transactions. */
export function transaction<T>(work: () => T): T {
  const database = shop();
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
