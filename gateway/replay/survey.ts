import { createHash } from "node:crypto";
import type { CorpusEntry } from "../corpus/corpus.ts";
import { isInShard, type Shard } from "./chance.ts";

/** Where a session is. */
export interface SessionProgress {
  /** Its entries that were not read yet. */
  ahead: number;
  /** Of all its entries, those that no run has counted. */
  uncounted: number;
}

/** What has to be known of a corpus before its first request is sent. */
export interface Survey {
  /** Entries of this shard. */
  readonly entries: number;
  /** Stands for all ids in their order, of all shards. */
  readonly digest: string;
  /** Sessions of more than one entry: the others have nothing to carry over. */
  readonly sessions: Map<string, SessionProgress>;
}

/** Reads it through once. Of each session two numbers are kept, of each entry nothing. */
export async function surveyOf(
  entries: AsyncIterable<CorpusEntry>,
  shard: Shard,
  counted: ReadonlySet<string>,
): Promise<Survey> {
  const hash = createHash("sha256");
  const sessions = new Map<string, SessionProgress>();
  let count = 0;
  for await (const entry of entries) {
    hash.update(JSON.stringify([entry.id, entry.session]));
    if (!isInShard(entry, shard)) continue;
    count += 1;
    if (entry.session === null) continue;
    const session = sessions.get(entry.session) ?? { ahead: 0, uncounted: 0 };
    sessions.set(entry.session, session);
    session.ahead += 1;
    session.uncounted += Number(!counted.has(entry.id));
  }
  for (const [id, { ahead }] of sessions) if (ahead === 1) sessions.delete(id);
  return { entries: count, digest: hash.digest("hex"), sessions };
}
