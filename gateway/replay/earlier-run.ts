import type { EvidenceStore } from "../store/evidence-store.ts";
import { DAY_MS } from "../store/horizon.ts";
import { readCheckpoint, type Commit, type RunHead, type RunTerms } from "./checkpoint.ts";
import { ReplayError } from "./replay-error.ts";

/** What is left of a run that did not come to its end, or did. */
export interface EarlierRun {
  /** Null when there is none. */
  readonly head: RunHead | null;
  /** Ids of entries. */
  readonly counted: ReadonlySet<string>;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly batches: number;
  /** Hands its evidence over, for a store that did not get the last of it or lasts no longer than a process. */
  appendTo(store: Pick<EvidenceStore, "append">): Promise<void>;
}

export async function earlierRun(path: string | null): Promise<EarlierRun> {
  const counted = new Set<string>();
  const outcomes = new Map<string, number>();
  let batches = 0;
  const add = async (commit: Commit) => {
    for (const id of commit.counted) counted.add(id);
    for (const [outcome, n] of Object.entries(commit.outcomes))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + n);
    batches += commit.batches.length;
  };
  const head = path === null ? null : await readCheckpoint(path, add);
  return {
    head,
    counted,
    outcomes,
    batches,
    async appendTo(store) {
      if (head === null) return;
      await readCheckpoint(path!, async (commit) => {
        for (const batch of commit.batches) await store.append(batch);
      });
    },
  };
}

const TERMS = ["corpus", "shard", "seed", "includeUnsafe"] as const;

/** Throws unless a run on these terms can go on where that one was stopped. */
export function mayGoOn(head: RunHead, terms: RunTerms, path: string, now: number): void {
  const other = TERMS.filter((name) => head.terms[name] !== terms[name]);
  const refuse = (why: string) => {
    throw new ReplayError(
      "bad-checkpoint",
      `${path} ${why}: remove it to start from the beginning, or name another`,
    );
  };
  if (other.length > 0) refuse(`is of a run with another ${other.join(", ")}`);
  // Stores know for a day which batches they have. After that, what they have would count twice.
  if (now - head.startedAt > DAY_MS) refuse("is older than a day");
}
