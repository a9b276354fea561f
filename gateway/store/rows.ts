import {
  StoreError,
  type EvidenceKey,
  type FieldNoise,
  type GroupIncrement,
  type Increment,
} from "./evidence-store.ts";
import { mergedExamples, type StoredExample } from "./examples.ts";
import { digestOf, storableName, storableText } from "./storable.ts";
import {
  EXAMPLES,
  FEATURES,
  GROUPS,
  HOURS,
  KEYS,
  NOISE,
  SHAPES,
  TABLES,
  TALLIES,
  type Folding,
  type Row,
  type Table,
} from "./tables.ts";

/** What a batch writes into one table: rows no two of which have the same key, in the order of their keys. */
export interface TableRows {
  readonly table: Table;
  readonly rows: readonly Row[];
}

/**
 * The increments as rows, folded where they meet. Tables and rows come in an order that is the same everywhere, so that
 * gateways that write at the same time wait for each other and never for themselves.
 */
export function rowsOf(increments: readonly Increment[]): TableRows[] {
  const folded = new Map(TABLES.map((table) => [table, new Map<string, Row>()]));
  for (const increment of increments) {
    for (const { table, rows } of rowsOfOne(increment)) {
      for (const row of rows) {
        refuseBroken(table, row);
        foldInto(folded.get(table)!, table, row);
      }
    }
  }
  return TABLES.map((table) => {
    const rows = [...folded.get(table)!].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { table, rows: rows.map(([, row]) => row) };
  });
}

/** One number that is none would spoil every sum it is ever part of. */
function refuseBroken({ name }: Table, row: Row): void {
  for (const column in row) {
    const value = row[column];
    if (typeof value === "number" && !Number.isSafeInteger(value))
      throw new StoreError(`evidence has ${value} where a whole number belongs: ${column} of ${name}`);
  }
}

/** Adds a row to those that are there, by its key. */
export function foldInto(rows: Map<string, Row>, table: Table, row: Row): void {
  let id = "";
  for (const column in table.key) id += `${row[column]}\0`;
  const present = rows.get(id);
  rows.set(id, present === undefined ? row : foldedRow(table, present, row));
}

export function foldedRow(table: Table, present: Row, added: Row): Row {
  const row: Record<string, string | number> = { ...present };
  for (const [column, folding] of Object.entries(table.folded))
    row[column] = foldedValue(folding, present[column]!, added[column]!);
  return row;
}

function foldedValue(folding: Folding, present: string | number, added: string | number): string | number {
  switch (folding) {
    case "add":
      return Number(present) + Number(added);
    case "least":
      return Math.min(Number(present), Number(added));
    case "most":
      return Math.max(Number(present), Number(added));
    case "examples":
      return mergedExamples(String(present), String(added));
    case "once":
      return present;
    default:
      return folding satisfies never;
  }
}

/** What rows of one key are told apart by from those of all others. */
export function keyIdOf(key: EvidenceKey): string {
  const { routeId, candidate, functionVersion, legacyBuild, rulesDigest, environment } = key;
  return digestOf(
    JSON.stringify([routeId, candidate, functionVersion, legacyBuild, rulesDigest, environment]),
  );
}

function rowsOfOne(increment: Increment): TableRows[] {
  const { key, hour, counts } = increment;
  const key_id = keyIdOf(key);
  const [first_at, last_at] = [Math.floor(increment.firstAt), Math.floor(increment.lastAt)];
  const keyRow = {
    key_id,
    route_id: storableText(key.routeId),
    candidate: key.candidate,
    function_version: storableText(key.functionVersion),
    legacy_build: storableText(key.legacyBuild),
    rules_digest: storableText(key.rulesDigest),
    environment: storableText(key.environment),
    last_at,
  };
  const { compared, matched, ignored, mismatched, inconclusive, identical } = counts;
  const hourRow = {
    key_id,
    hour,
    compared,
    matched,
    ignored,
    mismatched,
    inconclusive,
    identical,
    both_failed: counts.bothFailed,
    only_primary_failed: counts.onlyPrimaryFailed,
    only_candidate_failed: counts.onlyCandidateFailed,
    ...timesOfPairs(increment),
  };
  const examples = increment.groups.filter(({ example }) => example !== null);
  return [
    { table: KEYS, rows: [keyRow] },
    { table: HOURS, rows: [hourRow] },
    { table: TALLIES, rows: tallyRows(increment).map((row) => ({ key_id, hour, ...row })) },
    {
      table: GROUPS,
      rows: increment.groups.map((group) => ({ key_id, hour, ...groupRow(group), first_at, last_at })),
    },
    {
      table: EXAMPLES,
      rows: examples.map((group) => ({ key_id, ...exampleRow(group, last_at), last_at })),
    },
    { table: NOISE, rows: increment.noise.map((noise) => ({ key_id, hour, ...noiseRow(noise) })) },
    { table: SHAPES, rows: increment.noise.flatMap(shapeRows).map((row) => ({ key_id, hour, ...row })) },
    { table: FEATURES, rows: increment.noise.flatMap(featureRows).map((row) => ({ key_id, hour, ...row })) },
  ];
}

/** Without a pair, times that any pair's replace: a copy that was dropped makes no evidence fresh. */
function timesOfPairs({ counts, firstAt, lastAt }: Increment): Row {
  if (counts.compared === 0) return { first_at: Number.MAX_SAFE_INTEGER, last_at: 0 };
  return { first_at: Math.floor(firstAt), last_at: Math.floor(lastAt) };
}

function tallyRows(increment: Increment): Row[] {
  const { primaryDurations, candidateDurations, ratios, dropped, coverage } = increment;
  const tallies = { primary: primaryDurations, candidate: candidateDurations, ratios, dropped, coverage };
  return Object.entries(tallies).flatMap(([tally, counts]) =>
    Object.entries(counts).map(([name, n]) => ({ tally, name: storableName(name), n })),
  );
}

function groupRow({ at, kind, pairs, ignoredPairs }: GroupIncrement): Row {
  return { place: storableName(at), kind, pairs, ignored_pairs: ignoredPairs };
}

function exampleRow({ at, kind, example }: GroupIncrement, seenAt: number): Row {
  const shown = (text: string | null) => (text === null ? null : storableText(text));
  const stored: StoredExample = [seenAt, shown(example!.primary), shown(example!.candidate)];
  return { place: storableName(at), kind, examples: JSON.stringify([stored]) };
}

function noiseRow({ at, triples, onlyCandidate, onlySecondary, both }: FieldNoise): Row {
  return {
    place: storableName(at),
    triples,
    only_candidate: onlyCandidate,
    only_secondary: onlySecondary,
    both_differ: both,
  };
}

function shapeRows({ at, shapes, onlyCandidate, onlySecondary, both }: FieldNoise): Row[] {
  const n = onlyCandidate + onlySecondary + both;
  return shapes.map((shape, position) => ({
    place: storableName(at),
    shape: storableName(shape),
    n,
    position,
  }));
}

function featureRows({ at, features }: FieldNoise): Row[] {
  return Object.entries(features).map(([feature, { onlyCandidate, onlySecondary }]) => ({
    place: storableName(at),
    feature: storableName(feature),
    only_candidate: onlyCandidate,
    only_secondary: onlySecondary,
  }));
}
