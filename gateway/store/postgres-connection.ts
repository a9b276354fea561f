/** One connection in a transaction, as those see it who only speak SQL. */
export interface SqlConnection {
  query(sql: string, values?: readonly unknown[]): Promise<SqlResult>;
}

export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that were changed. */
  readonly changed: number;
}

/** Locks that gateways take among themselves; the schema's name tells those of different schemas apart. */
export type LockName = "migrate" | "partitions" | "forget";

/** Waits for the lock, which is held to the end of the transaction. */
export async function lock(sql: SqlConnection, schema: string, name: LockName): Promise<void> {
  await sql.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`banyan ${schema} ${name}`]);
}

/** False when another gateway holds the lock. */
export async function tryLock(sql: SqlConnection, schema: string, name: LockName): Promise<boolean> {
  const taken = await sql.query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS got", [
    `banyan ${schema} ${name}`,
  ]);
  return taken.rows[0]?.["got"] === true;
}
