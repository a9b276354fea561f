import type { Clock } from "../clock.ts";
import type { Judge, Pair } from "../shadow/judge.ts";
import type { Batch, EvidenceStore } from "../store/evidence-store.ts";
import type { EvidenceWriter } from "../store/evidence-writer.ts";
import { PendingEvidence } from "../store/pending.ts";
import type { Checkpoint, Commit } from "./checkpoint.ts";
import type { LeftReason } from "./left-reason.ts";

/** A judge that may hold some of what it counted back until it is asked to finish. */
export interface FinishingJudge extends Judge {
  finish(): void;
}

export interface LedgerParts {
  readonly clock: Clock;
  readonly store: Pick<EvidenceStore, "append">;
  readonly judge: (writer: EvidenceWriter) => FinishingJudge;
  /** Null when nobody wants to take the run up again. */
  readonly checkpoint: Checkpoint | null;
  /** Unique. */
  readonly run: string;
  /** Batches of this run that were written before. */
  readonly batches: number;
}

const COMMIT_AFTER_ENTRIES = 250;
const COMMIT_AFTER_MS = 1_000;
/** Of samples in one commit. */
const MAX_SAMPLE_BYTES = 32 * 1024 * 1024;

/**
 * Counts what came of each entry, once. Entries and their evidence are written together, first to the checkpoint and then to
 * the store, which knows batches by their id: whenever the process is killed, an entry counts with its evidence or not at all.
 */
export class Ledger {
  readonly #parts: LedgerParts;
  readonly #judge: FinishingJudge;
  readonly #pending = new PendingEvidence({ maxKeys: Infinity, maxSampleBytes: MAX_SAMPLE_BYTES });
  #counted: string[] = [];
  #outcomes = new Map<string, number>();
  #batches: number;
  #committedAt: number;
  /** One pair after the other, so that what is pending is the evidence of those that are counted and of no other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#batches = parts.batches;
    this.#committedAt = parts.clock.elapsed();
    this.#judge = parts.judge({
      record: (increment, sample) => {
        this.#pending.add(increment);
        if (sample === null) return;
        const groups = increment.groups.map(({ at, kind }) => ({ at, kind }));
        this.#pending.addSample({ sample, groups });
      },
      // A replay counts by itself what gave no pair.
      dropped: () => undefined,
      close: () => Promise.resolve(),
    });
  }

  /** Has a pair judged; resolves with what came of it. Rejects when it cannot be written down. */
  judged(id: string, pair: Pair): Promise<string> {
    return this.#inTurn(async () => {
      const verdict = await this.#judge.judge(pair);
      const outcome = typeof verdict === "string" ? verdict : verdict.drop;
      await this.#count(id, outcome);
      return outcome;
    });
  }

  /** Counts an entry that gave no pair. */
  left(id: string, reason: LeftReason): Promise<string> {
    return this.#inTurn(async () => {
      await this.#count(id, reason);
      return reason;
    });
  }

  /** Writes what is not written yet. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#commit());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    // After an error nothing more is written: what stands behind half a line would be lost with it.
    this.#turn = done;
    return done;
  }

  async #count(id: string, outcome: string): Promise<void> {
    this.#counted.push(id);
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    const isDue = this.#parts.clock.elapsed() - this.#committedAt >= COMMIT_AFTER_MS;
    if (isDue || this.#counted.length >= COMMIT_AFTER_ENTRIES) await this.#commit();
  }

  async #commit(): Promise<void> {
    this.#committedAt = this.#parts.clock.elapsed();
    if (this.#counted.length === 0) return;
    this.#judge.finish();
    const commit: Commit = {
      counted: this.#counted,
      outcomes: Object.fromEntries(this.#outcomes),
      batches: this.#takeBatches(),
    };
    this.#counted = [];
    this.#outcomes.clear();
    await this.#parts.checkpoint?.add(commit);
    for (const batch of commit.batches) await this.#parts.store.append(batch);
  }

  #takeBatches(): Batch[] {
    const batches: Batch[] = [];
    while (this.#pending.size > 0) {
      const id = `${this.#parts.run}-${this.#batches++}`;
      batches.push({ id, at: this.#parts.clock.now(), ...this.#pending.take() });
    }
    return batches;
  }
}
