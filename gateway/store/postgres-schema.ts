import { FIRST_TABLES, SECOND_TABLES, columnsOf, isHourly, type Folding, type Table } from "./tables.ts";

/** Names that need no quotes, so that people can type them in psql. */
export function isSchemaName(name: string): boolean {
  return /^[a-z_][a-z0-9_]{0,62}$/.test(name);
}

/** What brings a schema from each version of its tables to the next; the first makes them. */
export function migrations(schema: string): readonly string[] {
  return [
    `${createdAll(schema, FIRST_TABLES)}
     CREATE TABLE ${schema}.batches (id text COLLATE "C" PRIMARY KEY, at bigint NOT NULL);
     CREATE INDEX ON ${schema}.batches (at);
     CREATE TABLE ${schema}.samples (
       id text COLLATE "C" NOT NULL, route_id text NOT NULL, environment text NOT NULL, at bigint NOT NULL,
       bytes integer NOT NULL, groups text[] NOT NULL, document text NOT NULL, bodies bytea NOT NULL,
       PRIMARY KEY (id, at)
     ) PARTITION BY RANGE (at);
     CREATE INDEX ON ${schema}.samples (at);
     CREATE INDEX ON ${schema}.samples (route_id, at);
     CREATE INDEX ON ${schema}.samples USING gin (groups);
     CREATE FUNCTION ${schema}.merged_examples(one jsonb, other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
     RETURN (
       SELECT coalesce(jsonb_agg(jsonb_build_array(seen_at, shown, candidate) ORDER BY seen_at DESC), '[]')
       FROM (
         SELECT max((example -> 0)::bigint) AS seen_at, example -> 1 AS shown, example -> 2 AS candidate
         FROM jsonb_array_elements(one || other) AS example GROUP BY 2, 3 ORDER BY 1 DESC LIMIT 5
       ) AS newest
     );`,
    createdAll(schema, SECOND_TABLES),
  ];
}

function createdAll(schema: string, tables: readonly Table[]): string {
  const indexes = tables.filter(isHourly).map(({ name }) => `CREATE INDEX ON ${schema}.${name} (hour);`);
  return [...tables.map((table) => created(schema, table)), ...indexes].join("\n");
}

/** Writes rows, one array a column, and folds them into those that are there. */
export function upsertSql(schema: string, table: Table): string {
  const columns = columnsOf(table);
  const arrays = columns.map((column, i) => `$${i + 1}::${typeOf(table, column)}[]`);
  const folds = Object.entries(table.folded)
    .filter(([, folding]) => folding !== "once")
    .map(([column, folding]) => `${column} = ${FOLDS[folding](schema, column)}`);
  return `INSERT INTO ${schema}.${table.name} AS t (${columns.join(", ")}) SELECT * FROM unnest(${arrays.join(", ")})
    ON CONFLICT (${Object.keys(table.key).join(", ")}) DO UPDATE SET ${folds.join(", ")}`;
}

export const INSERT_SAMPLES = `(id, route_id, environment, at, bytes, groups, document, bodies)
  SELECT id, route_id, environment, at, bytes, ARRAY(SELECT jsonb_array_elements_text(groups)), document, bodies
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::integer[], $6::jsonb[], $7::text[], $8::bytea[])
    AS new (id, route_id, environment, at, bytes, groups, document, bodies)
  ON CONFLICT DO NOTHING`;

function created(schema: string, table: Table): string {
  const columns = columnsOf(table).map(
    (column) => `${column} ${typeOf(table, column)}${collation(table, column)} NOT NULL`,
  );
  const key = `PRIMARY KEY (${Object.keys(table.key).join(", ")})`;
  return `CREATE TABLE ${schema}.${table.name} (${[...columns, key].join(", ")});`;
}

function typeOf({ key, folded }: Table, column: string): string {
  return key[column] ?? TYPES[folded[column]!];
}

/** Byte by byte, which is the same on every server and quick. */
function collation({ key }: Table, column: string): string {
  return key[column] === "text" ? ' COLLATE "C"' : "";
}

const TYPES: Readonly<Record<Folding, string>> = {
  add: "bigint",
  least: "bigint",
  most: "bigint",
  examples: "jsonb",
  once: "text",
};

/** What a column becomes when its row is there already. */
const FOLDS: Readonly<Record<Folding, (schema: string, column: string) => string>> = {
  add: (_, column) => `t.${column} + excluded.${column}`,
  least: (_, column) => `least(t.${column}, excluded.${column})`,
  most: (_, column) => `greatest(t.${column}, excluded.${column})`,
  examples: (schema, column) => `${schema}.merged_examples(t.${column}, excluded.${column})`,
  once: (_, column) => `t.${column}`,
};
