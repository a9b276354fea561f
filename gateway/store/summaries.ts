import type {
  Counts,
  EvidenceKey,
  EvidenceQuery,
  FeatureCount,
  FieldNoise,
  Group,
  GroupIncrement,
  Summary,
  Tally,
} from "./evidence-store.ts";
import { parsedExamples } from "./examples.ts";
import { EXAMPLES, FEATURES, GROUPS, HOURS, KEYS, NOISE, SHAPES, TALLIES, type Table } from "./tables.ts";
import { spanOf } from "./horizon.ts";
import { isDifferenceKind } from "./difference-kinds.ts";

/** A row as an engine gives it: whole numbers may be text. */
export type ReadRow = Readonly<Record<string, unknown>>;

/** Rows of each table, the hours of the query added up. */
export type ReadRows = ReadonlyMap<Table, readonly ReadRow[]>;

/** One summary a key, newest first, each group with what examples the query's time has. */
export function summariesOf(rows: ReadRows, query: EvidenceQuery): Summary[] {
  const byKey = new Map([...rows].map(([table, all]) => [table, Map.groupBy(all, keyId)]));
  const of = (table: Table, id: string) => byKey.get(table)?.get(id) ?? [];
  const summaries = (rows.get(HOURS) ?? []).flatMap((hours) => {
    const id = keyId(hours);
    const [key] = of(KEYS, id);
    if (key === undefined) return [];
    const examples = examplesByGroup(of(EXAMPLES, id), query);
    const groups = of(GROUPS, id).flatMap((row) => groupOf(row, examples));
    return {
      key: evidenceKey(key),
      counts: countsOf(hours),
      primaryDurations: tallyOf(of(TALLIES, id), "primary"),
      candidateDurations: tallyOf(of(TALLIES, id), "candidate"),
      ratios: tallyOf(of(TALLIES, id), "ratios"),
      dropped: tallyOf(of(TALLIES, id), "dropped"),
      coverage: tallyOf(of(TALLIES, id), "coverage"),
      groups: groups.toSorted((a, b) => b.pairs - a.pairs),
      noise: noiseOf(of(NOISE, id), of(SHAPES, id), of(FEATURES, id)),
      ...timesOf(hours, key),
    };
  });
  return summaries.toSorted((a, b) => b.lastAt - a.lastAt);
}

export function text(row: ReadRow, column: string): string {
  return String(row[column]);
}

export function integer(row: ReadRow, column: string): number {
  return Number(row[column]);
}

const keyId = (row: ReadRow) => text(row, "key_id");

function evidenceKey(row: ReadRow): EvidenceKey {
  return {
    routeId: text(row, "route_id"),
    candidate: text(row, "candidate") === "legacy" ? "legacy" : "function",
    functionVersion: text(row, "function_version"),
    legacyBuild: text(row, "legacy_build"),
    rulesDigest: text(row, "rules_digest"),
    environment: text(row, "environment"),
  };
}

function countsOf(row: ReadRow): Counts {
  return {
    compared: integer(row, "compared"),
    matched: integer(row, "matched"),
    ignored: integer(row, "ignored"),
    mismatched: integer(row, "mismatched"),
    inconclusive: integer(row, "inconclusive"),
    identical: integer(row, "identical"),
    bothFailed: integer(row, "both_failed"),
    onlyPrimaryFailed: integer(row, "only_primary_failed"),
    onlyCandidateFailed: integer(row, "only_candidate_failed"),
  };
}

/** Those of the pairs; where there are none, when the key was last heard of. */
function timesOf(hours: ReadRow, key: ReadRow): Pick<Summary, "firstAt" | "lastAt"> {
  const hasPairs = integer(hours, "compared") > 0;
  return {
    firstAt: integer(hasPairs ? hours : key, hasPairs ? "first_at" : "last_at"),
    lastAt: integer(hasPairs ? hours : key, "last_at"),
  };
}

function tallyOf(rows: readonly ReadRow[], tally: string): Tally {
  const named = rows.filter((row) => row["tally"] === tally);
  return Object.fromEntries(named.map((row) => [text(row, "name"), integer(row, "n")]));
}

type Examples = ReadonlyMap<string, Group["examples"]>;
const groupName = (row: ReadRow) => `${text(row, "kind")} ${text(row, "place")}`;

function examplesByGroup(rows: readonly ReadRow[], query: EvidenceQuery): Examples {
  const { fromMs, toMs } = spanOf(query);
  const isAskedFor = (at: number) => at >= fromMs && at < toMs;
  return new Map(
    rows.map((row) => {
      const examples = parsedExamples(text(row, "examples")).filter(([at]) => isAskedFor(at));
      return [groupName(row), examples.map(([, primary, candidate]) => ({ primary, candidate }))];
    }),
  );
}

function groupOf(row: ReadRow, examples: Examples): Group[] {
  const kind: unknown = row["kind"];
  // A kind of a later release, written by a gateway that is one already.
  if (!isDifferenceKind(kind)) return [];
  const increment: Omit<GroupIncrement, "example"> = {
    at: text(row, "place"),
    kind,
    pairs: integer(row, "pairs"),
    ignoredPairs: integer(row, "ignored_pairs"),
  };
  const times = { firstAt: integer(row, "first_at"), lastAt: integer(row, "last_at") };
  return [{ ...increment, ...times, examples: examples.get(groupName(row)) ?? [] }];
}

function noiseOf(
  rows: readonly ReadRow[],
  shapes: readonly ReadRow[],
  features: readonly ReadRow[],
): FieldNoise[] {
  const byPlace = (those: readonly ReadRow[]) => Map.groupBy(those, (row) => text(row, "place"));
  const [shapesAt, featuresAt] = [byPlace(shapes), byPlace(features)];
  return rows.map((row) => {
    const at = text(row, "place");
    const counts = { ...sidesOf(row), both: integer(row, "both_differ") };
    const differing = counts.onlyCandidate + counts.onlySecondary + counts.both;
    const common = (shapesAt.get(at) ?? []).filter((shape) => integer(shape, "n") === differing);
    const sorted = common.toSorted((a, b) => integer(a, "position") - integer(b, "position"));
    return {
      at,
      triples: integer(row, "triples"),
      ...counts,
      shapes: differing === 0 ? [] : sorted.map((shape) => text(shape, "shape")),
      features: Object.fromEntries(
        (featuresAt.get(at) ?? []).map((feature) => [text(feature, "feature"), sidesOf(feature)]),
      ),
    };
  });
}

function sidesOf(row: ReadRow): FeatureCount {
  return { onlyCandidate: integer(row, "only_candidate"), onlySecondary: integer(row, "only_secondary") };
}
