import type { EvidenceQuery, EvidenceStore, Retention, SampleQuery } from "./evidence-store.ts";
import { horizonOf, limitOf, spanOf } from "./horizon.ts";
import { foldInto, rowsOf } from "./rows.ts";
import { groupToken, sampleRecord, sizeOf, type SampleRecord } from "./sample-record.ts";
import { sampleOf } from "./stored-sample.ts";
import { storableName, storableText } from "./storable.ts";
import { summariesOf } from "./summaries.ts";
import { HOURLY, HOURS, KEYS, TABLES, withoutHours, type Row, type Table } from "./tables.ts";

/** Evidence that lasts as long as the process: for tests, and for trying things out. */
export function memoryStore(): EvidenceStore {
  const tables = new Map(TABLES.map((table) => [table, new Map<string, Row>()]));
  const samples = new Map<string, SampleRecord>();
  const batches = new Map<string, number>();

  const keysOf = ({ routeId, environment }: EvidenceQuery) => {
    const asked = [...tables.get(KEYS)!.values()].filter(
      (row) => isAsked(routeId, row["route_id"]) && isAsked(environment, row["environment"]),
    );
    return new Set(asked.map((row) => row["key_id"]));
  };
  const read = (table: Table, query: EvidenceQuery) => {
    const [keys, { from, to }] = [keysOf(query), spanOf(query)];
    const sums = new Map<string, Row>();
    for (const row of tables.get(table)!.values()) {
      const hour = Number(row["hour"] ?? 0);
      const isInTime = !HOURLY.includes(table) || (hour >= from && hour < to);
      if (keys.has(row["key_id"]) && isInTime) foldInto(sums, withoutHours(table), row);
    }
    return [...sums.values()];
  };
  const found = (query: SampleQuery) => {
    const [token, { fromMs, toMs }] = [groupToken(query), spanOf(query)];
    return [...samples.values()]
      .filter(({ routeId }) => isAsked(query.routeId, routeId))
      .filter(({ environment }) => isAsked(query.environment, environment))
      .filter(({ at }) => at >= fromMs && at < toMs)
      .filter(({ id }) => query.id === undefined || id === storableName(query.id))
      .filter(({ groups }) => token === null || groups.includes(token))
      .toSorted((a, b) => b.at - a.at);
  };

  return {
    start: () => Promise.resolve(),
    async append(batch) {
      if (batches.has(batch.id)) return;
      const written = rowsOf(batch.increments);
      const records = batch.samples.map(sampleRecord);
      // Nothing below can fail, so that a batch is there whole or not at all.
      batches.set(batch.id, batch.at);
      for (const { table, rows } of written) {
        for (const row of rows) foldInto(tables.get(table)!, table, row);
      }
      for (const record of records) if (!samples.has(record.id)) samples.set(record.id, record);
    },
    async summaries(query) {
      return summariesOf(new Map(TABLES.map((table) => [table, read(table, query)])), query);
    },
    async samples(query) {
      return found(query).slice(0, limitOf(query)).map(sampleOf);
    },
    async forget(retention, now) {
      const { hour, lastSeenAt, batchesAt } = horizonOf(retention, now);
      const before = tables.get(HOURS)!.size;
      for (const [table, rows] of tables) {
        for (const [id, row] of rows) {
          const isOld = HOURLY.includes(table)
            ? Number(row["hour"]) < hour
            : Number(row["last_at"]) < lastSeenAt;
          if (isOld) rows.delete(id);
        }
      }
      for (const [id, at] of batches) if (at < batchesAt) batches.delete(id);
      return { hours: before - tables.get(HOURS)!.size, samples: forgetSamples(samples, retention, now) };
    },
    close: () => Promise.resolve(),
  };
}

function isAsked(asked: string | undefined, present: string | number | undefined): boolean {
  return asked === undefined || storableText(asked) === present;
}

/** Forgets the old ones, and of the others the oldest until the rest fits. */
function forgetSamples(samples: Map<string, SampleRecord>, retention: Retention, now: number): number {
  const before = samples.size;
  const { samplesAt } = horizonOf(retention, now);
  let bytes = 0;
  for (const [id, record] of [...samples].toSorted(([, a], [, b]) => b.at - a.at)) {
    bytes += sizeOf(record);
    if (record.at < samplesAt || bytes > retention.samplesMaxBytes) samples.delete(id);
  }
  return before - samples.size;
}
