/**
 * What happens to a column when its row is written again: numbers add up, the least or the greatest stays, examples are
 * merged, and `once` never changes, as it follows from the key.
 */
export type Folding = "add" | "least" | "most" | "examples" | "once";

/** One table of evidence: rows are found by their key columns and fold into what is there. */
export interface Table {
  readonly name: string;
  /** Columns of the primary key and what they hold, in its order. */
  readonly key: Readonly<Record<string, "text" | "integer">>;
  readonly folded: Readonly<Record<string, Folding>>;
}

/** One row, by column. */
export type Row = Readonly<Record<string, string | number>>;

export const KEYS: Table = {
  name: "keys",
  key: { key_id: "text" },
  folded: {
    route_id: "once",
    candidate: "once",
    function_version: "once",
    legacy_build: "once",
    rules_digest: "once",
    environment: "once",
    last_at: "most",
  },
};

export const HOURS: Table = {
  name: "hours",
  key: { key_id: "text", hour: "integer" },
  folded: {
    compared: "add",
    matched: "add",
    ignored: "add",
    mismatched: "add",
    inconclusive: "add",
    identical: "add",
    both_failed: "add",
    only_primary_failed: "add",
    only_candidate_failed: "add",
    first_at: "least",
    last_at: "most",
  },
};

/** Durations, their ratios, drops and coverage: counts by name. */
export const TALLIES: Table = {
  name: "tallies",
  key: { key_id: "text", hour: "integer", tally: "text", name: "text" },
  folded: { n: "add" },
};

export const GROUPS: Table = {
  name: "groups",
  key: { key_id: "text", hour: "integer", place: "text", kind: "text" },
  folded: { pairs: "add", ignored_pairs: "add", first_at: "least", last_at: "most" },
};

/** Examples of a group, over all hours: a JSON array of `[at, primary, candidate]`. */
export const EXAMPLES: Table = {
  name: "examples",
  key: { key_id: "text", place: "text", kind: "text" },
  folded: { examples: "examples", last_at: "most" },
};

export const NOISE: Table = {
  name: "noise",
  key: { key_id: "text", hour: "integer", place: "text" },
  folded: { triples: "add", only_candidate: "add", only_secondary: "add", both_differ: "add" },
};

/**
 * Differing answers that had a shape. All of them have it where this is as much as there were, so that even the
 * intersection of shapes adds up. `position` is where the shape stood in its list.
 */
export const SHAPES: Table = {
  name: "shapes",
  key: { key_id: "text", hour: "integer", place: "text", shape: "text" },
  folded: { n: "add", position: "least" },
};

/** Triples in which one side alone had a feature. */
export const FEATURES: Table = {
  name: "features",
  key: { key_id: "text", hour: "integer", place: "text", feature: "text" },
  folded: { only_candidate: "add", only_secondary: "add" },
};

/** Tables by the version in which they came. */
export const FIRST_TABLES: readonly Table[] = [KEYS, HOURS, TALLIES, GROUPS, EXAMPLES, NOISE, SHAPES];
export const SECOND_TABLES: readonly Table[] = [FEATURES];

/** All tables, in the order in which they are written. */
export const TABLES: readonly Table[] = [...FIRST_TABLES, ...SECOND_TABLES];

/** Those that have one row an hour. */
export const HOURLY: readonly Table[] = TABLES.filter(isHourly);

export function isHourly({ key }: Table): boolean {
  return "hour" in key;
}

/** The same table with its hours added up. */
export function withoutHours(table: Table): Table {
  const { hour: _addedUp, ...key } = table.key;
  return { ...table, key };
}

export function columnsOf({ key, folded }: Table): string[] {
  return [...Object.keys(key), ...Object.keys(folded)];
}
