import type { EvidenceKey, FiledSample, Increment, Sample } from "./evidence-store.ts";
import { HOUR_MS } from "./horizon.ts";
import { mergedIncrements, nothingOf } from "./increments.ts";

/** What was lost of the evidence. */
export interface Lost {
  /** Compared pairs and copies that were not made. */
  readonly pairs: number;
  readonly samples: number;
}

export interface PendingBounds {
  /** Keys, hours counted apart, that wait at most. */
  readonly maxKeys: number;
  /** Bytes of samples that wait at most. */
  readonly maxSampleBytes: number;
}

/** Increments of one key that wait before they are merged: merging each one would cost as much as all groups of its key. */
const MERGED_AT = 64;
/** What one batch has of each, so that a transaction is short and nothing holds up the event loop to make one ready. */
const ROWS_A_BATCH = 1_000;
const SAMPLES_A_BATCH = 100;
/** Rows of a key that has neither groups nor noise. */
const ROWS_A_KEY = 5;

/** Copies of one key and hour that were not made. Most requests are not copied: each may cost no more than a count. */
interface Drops {
  readonly firstAt: number;
  lastAt: number;
  readonly byReason: Map<string, number>;
}

/** Evidence on its way to the store: counts are merged, so that they wait in bounded memory however long it takes. */
export class PendingEvidence {
  readonly #bounds: PendingBounds;
  readonly #increments = new Map<string, [Increment, ...Increment[]]>();
  readonly #drops = new Map<EvidenceKey, Drops>();
  #samples: FiledSample[] = [];
  #sampleBytes = 0;

  constructor(bounds: PendingBounds) {
    this.#bounds = bounds;
  }

  /** Increments and samples that wait. */
  get size(): number {
    return this.#increments.size + this.#drops.size + this.#samples.length;
  }

  /** Takes it in; false when there are too many keys already. */
  add(increment: Increment): boolean {
    const id = JSON.stringify([increment.key, increment.hour]);
    const waiting = this.#increments.get(id);
    if (waiting === undefined) {
      if (this.#isFull()) return false;
      this.#increments.set(id, [increment]);
      return true;
    }
    waiting.push(increment);
    if (waiting.length >= MERGED_AT) this.#increments.set(id, [mergedIncrements(waiting)]);
    return true;
  }

  /** Counts one more copy that was not made at that time; false when there are too many keys already. */
  addDrop(key: EvidenceKey, reason: string, at: number): boolean {
    let drops = this.#drops.get(key);
    if (drops !== undefined && hourOf(drops.firstAt) !== hourOf(at)) {
      this.#settle(key, drops);
      drops = undefined;
    }
    if (drops === undefined) {
      if (this.#isFull()) return false;
      this.#drops.set(key, (drops = { firstAt: at, lastAt: at, byReason: new Map() }));
    }
    drops.lastAt = at;
    drops.byReason.set(reason, (drops.byReason.get(reason) ?? 0) + 1);
    return true;
  }

  /** Takes it in, and says how many had to go for it, oldest first. */
  addSample(filed: FiledSample): number {
    this.#samples.push(filed);
    this.#sampleBytes += bytesOf(filed.sample);
    let gone = 0;
    while (this.#sampleBytes > this.#bounds.maxSampleBytes)
      this.#sampleBytes -= bytesOf(this.#samples[gone++]!.sample);
    if (gone > 0) this.#samples = this.#samples.slice(gone);
    return gone;
  }

  /** The next batch's worth, no longer pending. */
  take(): { readonly increments: Increment[]; readonly samples: FiledSample[] } {
    for (const [key, drops] of this.#drops) this.#settle(key, drops);
    const increments: Increment[] = [];
    let rows = 0;
    for (const [id, waiting] of this.#increments) {
      if (rows >= ROWS_A_BATCH) break;
      const increment = mergedIncrements(waiting);
      increments.push(increment);
      rows += rowsFor(increment);
      this.#increments.delete(id);
    }
    const samples = this.#samples.slice(0, SAMPLES_A_BATCH);
    this.#samples = this.#samples.slice(samples.length);
    for (const { sample } of samples) this.#sampleBytes -= bytesOf(sample);
    return { increments, samples };
  }

  /** Drops as an increment like any other. */
  #settle(key: EvidenceKey, { firstAt, lastAt, byReason }: Drops): void {
    this.#drops.delete(key);
    this.add({ ...nothingOf(key, firstAt), lastAt, dropped: Object.fromEntries(byReason) });
  }

  #isFull(): boolean {
    return this.#increments.size + this.#drops.size >= this.#bounds.maxKeys;
  }
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

/** About how many rows it becomes; each group has an example, each field its features, and a key has some of its own. */
function rowsFor({ groups, noise }: Increment): number {
  const ofNoise = noise.reduce((sum, { features }) => sum + 1 + Object.keys(features).length, 0);
  return ROWS_A_KEY + 2 * groups.length + ofNoise;
}

/** What is lost with them. */
export function lostWith(increments: readonly Increment[], samples: readonly FiledSample[]): Lost {
  const pairs = increments.map(({ counts, dropped }) =>
    Object.values(dropped).reduce((sum, n) => sum + n, counts.compared),
  );
  return { pairs: pairs.reduce((sum, n) => sum + n, 0), samples: samples.length };
}

/** About what a sample takes up. */
function bytesOf({ request, primary, candidate }: Sample): number {
  const answered = [primary, candidate].flatMap((side) => (side.kind === "answered" ? [side] : []));
  const heads = [request, ...answered].flatMap(({ headers }) => headers);
  const bodies = [request.body, ...answered.map(({ body }) => body.bytes)];
  return [...heads, ...bodies].reduce((sum, part) => sum + part.length, 1_000);
}
