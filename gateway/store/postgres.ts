import { Pool, type PoolConfig } from "pg";
import { StoreError, type EvidenceStore } from "./evidence-store.ts";
import type { SqlConnection } from "./postgres-connection.ts";
import { postgresEvidence } from "./postgres-evidence.ts";
import { isWorthAnotherTry, postgresFailure } from "./postgres-failure.ts";
import { isSchemaName } from "./postgres-schema.ts";

export interface PostgresStoreOptions {
  /** `postgres://user:password@host/database`, with `sslmode=verify-full` and the like for TLS. */
  readonly url: string;
  readonly schema?: string;
  /** Connections at most; one writes, the others are for people who look. */
  readonly connections?: number;
  readonly connectTimeoutMs?: number;
  /** How long a statement may take. */
  readonly statementTimeoutMs?: number;
}

const MOST_TRIES = 4;

/**
 * Evidence in PostgreSQL (14 or newer), which any number of gateways share: what they write adds up. Reconnects by itself.
 *
 * After each batch it does NOTIFY on `<schema>_evidence` with the ids of the routes, one after the other in JSON, for
 * pages that follow along with LISTEN; an empty payload means that they were too many to name.
 */
export function postgresStore(options: PostgresStoreOptions): EvidenceStore {
  const { schema = "banyan", connectTimeoutMs = 5_000, statementTimeoutMs = 10_000 } = options;
  let pool: Pool | undefined;

  const within = <R>(mode: string, work: (sql: SqlConnection) => Promise<R>): Promise<R> => {
    if (pool === undefined)
      return Promise.reject(
        new StoreError("the evidence store was not started yet, or is closed", { mayPass: true }),
      );
    // SET LOCAL, as poolers such as PgBouncer hand a connection's other settings on to strangers.
    const begin = `BEGIN ${mode}; SET LOCAL statement_timeout = ${statementTimeoutMs};
      SET LOCAL lock_timeout = ${statementTimeoutMs}; SET LOCAL idle_in_transaction_session_timeout = 60000`;
    return surely(pool, begin, work);
  };
  const evidence = postgresEvidence(schema, within);

  return {
    ...evidence,
    async start() {
      if (!isSchemaName(schema))
        throw new StoreError(`"${schema}" is no name for a schema: use small letters, digits and _`);
      pool ??= opened(options.url, {
        max: options.connections ?? 4,
        connectionTimeoutMillis: connectTimeoutMs,
        // The server's own limit comes first; this one is for a server that is not there any more.
        query_timeout: statementTimeoutMs + 5_000,
        keepAlive: true,
        application_name: "banyan",
      });
      await evidence.start();
    },
    async close() {
      const closing = pool;
      pool = undefined;
      await closing?.end();
    },
  };
}

function opened(url: string, settings: PoolConfig): Pool {
  try {
    const pool = new Pool({ connectionString: url, ...settings });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    pool.on("error", () => undefined);
    return pool;
  } catch (error) {
    throw new StoreError(
      "the URL of PostgreSQL cannot be read: write postgres://user:password@host/database",
      {
        cause: error,
      },
    );
  }
}

/** Work in one transaction, done again when others got in its way. */
async function surely<R>(pool: Pool, begin: string, work: (sql: SqlConnection) => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(pool, begin, work);
    } catch (error) {
      if (tries >= MOST_TRIES || !isWorthAnotherTry(error)) throw postgresFailure(error);
    }
  }
}

async function transaction<R>(
  pool: Pool,
  begin: string,
  work: (sql: SqlConnection) => Promise<R>,
): Promise<R> {
  const client = await pool.connect();
  // A connection that breaks between two statements says so here; the next statement fails by itself.
  const ignore = () => undefined;
  client.on("error", ignore);
  let failure: Error | undefined;
  try {
    await client.query(begin);
    const result = await work({
      async query(sql, values = []) {
        const { rows, rowCount } = await client.query<Record<string, unknown>>(sql, [...values]);
        return { rows, changed: rowCount ?? 0 };
      },
    });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw failure;
  } finally {
    client.off("error", ignore);
    // Closing a connection undoes what it had begun, whatever state it is in.
    client.release(failure);
  }
}
