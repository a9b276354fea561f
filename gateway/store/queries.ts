import type { EvidenceQuery, SampleQuery } from "./evidence-store.ts";
import { limitOf, spanOf } from "./horizon.ts";
import { groupToken } from "./sample-record.ts";
import { storableName, storableText } from "./storable.ts";
import { columnsOf, HOURLY, withoutHours, type Folding, type Table } from "./tables.ts";

/** SQL that every engine understands, with a `?` for each value in turn. */
export interface Query {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** How an engine says what others say otherwise. */
export interface Dialect {
  /** Goes in front of each table's name. */
  readonly schema: string;
  /** Condition of the samples with a token. */
  readonly hasToken: string;
}

/** A table's rows for the query, its hours added up. */
export function sumsQuery(table: Table, query: EvidenceQuery, { schema }: Dialect): Query {
  const isHourly = HOURLY.includes(table);
  const { from, to } = spanOf(query);
  const ofKeys = where([
    ["route_id = ?", storable(query.routeId)],
    ["environment = ?", storable(query.environment)],
  ]);
  const ofHours = where([
    ["hour >= ?", isHourly ? finite(from) : undefined],
    ["hour < ?", isHourly ? finite(to) : undefined],
  ]);
  const keys = Object.keys(withoutHours(table).key).join(", ");
  const sums = Object.entries(table.folded).map(
    ([column, folding]) => `${SUMS[folding]}(${column}) AS ${column}`,
  );
  const found = `FROM ${schema}${table.name} ${ofHours.sql || "WHERE true"}
    AND key_id IN (SELECT key_id FROM ${schema}keys ${ofKeys.sql})`;
  const sql = isHourly
    ? `SELECT ${keys}, ${sums.join(", ")} ${found} GROUP BY ${keys}`
    : `SELECT ${columnsOf(table)
        .map((column) => asRead(table, column))
        .join(", ")} ${found}`;
  return { sql, values: [...ofHours.values, ...ofKeys.values] };
}

/** Documents and bodies of samples, newest first. */
export function samplesQuery(query: SampleQuery, { schema, hasToken }: Dialect): Query {
  const { fromMs, toMs } = spanOf(query);
  const { sql, values } = where([
    ["route_id = ?", storable(query.routeId)],
    ["environment = ?", storable(query.environment)],
    ["at >= ?", finite(fromMs)],
    ["at < ?", finite(toMs)],
    ["id = ?", query.id === undefined ? undefined : storableName(query.id)],
    [hasToken, groupToken(query) ?? undefined],
  ]);
  return {
    sql: `SELECT document, bodies FROM ${schema}samples ${sql} ORDER BY at DESC, id LIMIT ?`,
    values: [...values, limitOf(query)],
  };
}

/** PostgreSQL's client would parse JSON itself. */
function asRead({ folded }: Table, column: string): string {
  return folded[column] === "examples" ? `CAST(${column} AS text) AS ${column}` : column;
}

/** Those conditions that have a value. */
function where(conditions: readonly (readonly [sql: string, value: string | number | undefined])[]): Query {
  const said = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  return {
    sql: said.length === 0 ? "" : `WHERE ${said.map(({ sql }) => sql).join(" AND ")}`,
    values: said.map(({ value }) => value),
  };
}

const storable = (text: string | undefined) => (text === undefined ? undefined : storableText(text));
const finite = (n: number) => (Number.isFinite(n) ? n : undefined);

/** How hours of a column become one; what has no hours needs none. */
const SUMS: Readonly<Record<Folding, string>> = {
  add: "sum",
  least: "min",
  most: "max",
  examples: "max",
  once: "max",
};
