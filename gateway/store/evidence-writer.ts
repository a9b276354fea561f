import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import {
  StoreError,
  type Batch,
  type EvidenceKey,
  type EvidenceStore,
  type Increment,
  type Retention,
  type Sample,
} from "./evidence-store.ts";
import { HOUR_MS } from "./horizon.ts";
import { lostWith, PendingEvidence, type Lost, type PendingBounds } from "./pending.ts";

/** Takes evidence at once and writes it in its own time. Never throws; losing the store loses evidence and nothing else. */
export interface EvidenceWriter {
  /** One pair, or several, and the sample that was kept of it. */
  record(increment: Increment, sample: Sample | null): void;
  /** A copy that was not made or not compared. */
  dropped(key: EvidenceKey, reason: string): void;
  /** Writes what is pending, within `closeMs`; what then is left is lost. The store is closed by whoever made it. */
  close(): Promise<void>;
}

export interface EvidenceWriterOptions extends Partial<PendingBounds> {
  readonly clock: Clock;
  readonly retention: Retention;
  readonly flushMs?: number;
  readonly closeMs?: number;
  readonly forgetEveryMs?: number;
  /** Evidence was lost; once a flush and reason at most. */
  readonly onLost: (reason: string, lost: Lost) => void;
  /** The store fails, told once, or works again: null. */
  readonly onTrouble: (problem: string | null) => void;
}

const LONGEST_PAUSE_MS = 30_000;
/** Between tries while closing. */
const LAST_PAUSE_MS = 100;

/** Starts the store, as often as it takes, and writes to it about each second. */
export function evidenceWriter(store: EvidenceStore, options: EvidenceWriterOptions): EvidenceWriter {
  return new StoreWriter(store, options);
}

class StoreWriter implements EvidenceWriter {
  readonly #store: EvidenceStore;
  readonly #options: EvidenceWriterOptions;
  readonly #flushMs: number;
  readonly #pending: PendingEvidence;
  readonly #lost = new Map<string, Lost>();
  readonly #closing = new AbortController();
  readonly #written: Promise<void>;
  /** A batch that may have been written or not; it is sent again as it is until somebody knows. */
  #inFlight: Batch | undefined;
  #isStarted = false;
  #failures = 0;
  #forgetAt = 0;

  constructor(store: EvidenceStore, options: EvidenceWriterOptions) {
    const { flushMs = 1_000, maxKeys = 5_000, maxSampleBytes = 16 * 1024 * 1024 } = options;
    this.#store = store;
    this.#options = options;
    this.#flushMs = flushMs;
    this.#pending = new PendingEvidence({ maxKeys, maxSampleBytes });
    this.#written = this.#write();
  }

  record(increment: Increment, sample: Sample | null): void {
    if (this.#closing.signal.aborted) return this.#options.onLost("closed", lostWith([increment], []));
    if (!this.#pending.add(increment)) this.#lose("too many keys", lostWith([increment], []));
    if (sample === null) return;
    const gone = this.#pending.addSample({
      sample,
      groups: increment.groups.map(({ at, kind }) => ({ at, kind })),
    });
    if (gone > 0) this.#lose("too many samples", { pairs: 0, samples: gone });
  }

  dropped(key: EvidenceKey, reason: string): void {
    if (this.#closing.signal.aborted) return this.#options.onLost("closed", { pairs: 1, samples: 0 });
    if (!this.#pending.addDrop(key, reason, this.#options.clock.now()))
      this.#lose("too many keys", { pairs: 1, samples: 0 });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const deadline = new AbortController();
    const { closeMs = 3_000 } = this.#options;
    await Promise.race([
      this.#lastWrites(deadline.signal),
      pause(closeMs, undefined, { signal: deadline.signal }),
    ]);
    deadline.abort();
    this.#loseTheRest();
  }

  /** Flush after flush until it is closed. */
  async #write(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await pause(this.#pauseMs(), undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.#flush();
    }
  }

  async #lastWrites(deadline: AbortSignal): Promise<void> {
    await this.#written;
    while (!deadline.aborted) {
      await this.#flush();
      if (!this.#hasAny()) return;
      if (this.#failures > 0) await pause(LAST_PAUSE_MS);
    }
  }

  async #flush(): Promise<void> {
    try {
      await this.#start();
      // What comes in meanwhile has time until the next flush.
      let left = this.#pending.size + sizeOf(this.#inFlight);
      while (left > 0 && this.#hasAny()) left -= await this.#append();
      await this.#forget();
    } catch (error) {
      this.#failed(error);
    }
    for (const [reason, lost] of this.#lost) this.#options.onLost(reason, lost);
    this.#lost.clear();
  }

  #hasAny(): boolean {
    return this.#inFlight !== undefined || this.#pending.size > 0;
  }

  async #start(): Promise<void> {
    if (this.#isStarted) return;
    await this.#store.start();
    this.#isStarted = true;
    this.#worked();
  }

  /** Writes one batch, and says how much was in it. */
  async #append(): Promise<number> {
    const batch = (this.#inFlight ??= {
      id: randomUUID(),
      at: this.#options.clock.now(),
      ...this.#pending.take(),
    });
    await this.#store.append(batch);
    this.#inFlight = undefined;
    this.#worked();
    return sizeOf(batch);
  }

  async #forget(): Promise<void> {
    const { clock, retention, forgetEveryMs = HOUR_MS } = this.#options;
    if (clock.elapsed() < this.#forgetAt || this.#closing.signal.aborted) return;
    this.#forgetAt = clock.elapsed() + forgetEveryMs;
    await this.#store.forget(retention, clock.now());
  }

  #worked(): void {
    if (this.#failures > 0) this.#options.onTrouble(null);
    this.#failures = 0;
  }

  #failed(error: unknown): void {
    const mayPass = error instanceof StoreError && error.mayPass;
    // What is refused for what it is would be refused for ever, and hold up all that comes after it.
    if (!mayPass && this.#inFlight !== undefined) {
      this.#lose("refused", lostWith(this.#inFlight.increments, this.#inFlight.samples));
      this.#inFlight = undefined;
    }
    if (this.#failures === 0) this.#options.onTrouble(error instanceof Error ? error.message : String(error));
    this.#failures += 1;
  }

  /** Longer with each failure, and never the same for all gateways of a fleet. */
  #pauseMs(): number {
    if (this.#failures === 0) return this.#flushMs;
    const longest = Math.min(this.#flushMs * 2 ** this.#failures, LONGEST_PAUSE_MS);
    return longest * (0.5 + Math.random() / 2);
  }

  #lose(reason: string, { pairs, samples }: Lost): void {
    const before = this.#lost.get(reason) ?? { pairs: 0, samples: 0 };
    this.#lost.set(reason, { pairs: before.pairs + pairs, samples: before.samples + samples });
  }

  #loseTheRest(): void {
    const batches = this.#inFlight === undefined ? [] : [this.#inFlight];
    this.#inFlight = undefined;
    while (this.#pending.size > 0) batches.push({ id: "", at: 0, ...this.#pending.take() });
    for (const { increments, samples } of batches) this.#lose("closed", lostWith(increments, samples));
    for (const [reason, lost] of this.#lost) this.#options.onLost(reason, lost);
    this.#lost.clear();
  }
}

function sizeOf(batch: Batch | undefined): number {
  return batch === undefined ? 0 : batch.increments.length + batch.samples.length;
}
