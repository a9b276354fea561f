import { randomUUID } from "node:crypto";
import type { CorpusEntry } from "../corpus/corpus.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import { asker, type AskParts } from "./ask-both.ts";
import { chance, WHOLE, type Shard } from "./chance.ts";
import { openCheckpoint, type RunTerms } from "./checkpoint.ts";
import { earlierRun, mayGoOn } from "./earlier-run.ts";
import type { ReplacedFields } from "./gateway-request.ts";
import { Ledger, type LedgerParts } from "./ledger.ts";
import { pace, type PaceSettings } from "./pace.ts";
import { progressTeller, type Progress } from "./progress.ts";
import { reach } from "./reach.ts";
import { sendAll, type StopReason } from "./send-all.ts";
import { surveyOf } from "./survey.ts";

/** Reads a corpus from its beginning, each time it is called; it is read twice. */
export type Corpus = () => AsyncIterable<CorpusEntry>;

export interface ReplayParts extends AskParts, Pick<LedgerParts, "judge"> {
  /** Started; evidence is added to what is there. */
  readonly store: Pick<EvidenceStore, "append">;
}

export interface ReplayOptions extends Partial<PaceSettings> {
  /** Sends writes too, to both sides, where they take effect. */
  readonly includeUnsafe?: boolean;
  /** Fields that each side gets instead of the recorded ones, such as credentials. */
  readonly headers?: { readonly legacy?: ReplacedFields; readonly function?: ReplacedFields };
  /** Sends requests with redacted credentials, without those; else they are left out. */
  readonly withoutRedacted?: boolean;
  /** Sessions side by side. 16 unless said. */
  readonly concurrency?: number;
  /** The same seed leaves the same to chance. */
  readonly seed?: number;
  readonly shard?: Shard;
  /** File that the run can be taken up from; if it is there, it is. No two runs at a time may have the same. */
  readonly checkpoint?: string;
  /** Finishes what is under way, and stops. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Answers in a row that legacy may owe before the run stops. 20 unless said. */
  readonly legacyFailuresInARow?: number;
  /** Bytes that are kept of each body. 1 MiB unless said. */
  readonly bodyBytes?: number;
  /** Milliseconds for a request that belongs to no route. 10,000 unless said. */
  readonly timeoutMs?: number;
}

export interface ReplayResult {
  /** Unique, and the same when the run is taken up again; the ids of its samples begin with it. */
  readonly run: string;
  /** Entries of the corpus that are this shard's. */
  readonly entries: number;
  /** What came of them, in all runs from this checkpoint together: entries by verdict, or by LeftReason. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why it stopped before the end; null when it did not. */
  readonly stopped: StopReason | null;
}

/**
 * Sends a recorded corpus to legacy and to the functions, and has what they answer compared. Requests of one session go one
 * after the other, with the cookies and ids that each side gave in it.
 *
 * A run that was killed is taken up again from its checkpoint. What was counted is not counted again; a session that was cut
 * in half begins anew, as nobody has its cookies any more, so its first requests are sent twice, and count once.
 *
 * Rejects with a ReplayError before anything is sent, with what reading the corpus rejects with, and with a StoreError.
 */
export async function replay(
  corpus: Corpus,
  parts: ReplayParts,
  options: ReplayOptions = {},
): Promise<ReplayResult> {
  const { clock, store } = parts;
  const { shard = WHOLE, seed = 1, includeUnsafe = false, checkpoint: path = null } = options;
  await using owned = new AsyncDisposableStack();

  const earlier = await earlierRun(path);
  const survey = await surveyOf(corpus(), shard, earlier.counted);
  const terms: RunTerms = { corpus: survey.digest, shard: `${shard.index}/${shard.of}`, seed, includeUnsafe };
  if (earlier.head !== null) mayGoOn(earlier.head, terms, path!, clock.now());
  const head = earlier.head ?? { run: randomUUID(), startedAt: clock.now(), terms };
  await reach(parts.legacy, clock);
  await earlier.appendTo(store);

  const checkpoint = path === null ? null : await openCheckpoint(path, head, earlier.head === null);
  owned.defer(async () => checkpoint?.close());
  const ledger = new Ledger({ ...parts, checkpoint, run: head.run, batches: earlier.batches });
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const paced = pace(options, clock, signal);
  const ask = asker(parts, {
    run: head.run,
    includeUnsafe,
    withoutRedacted: options.withoutRedacted ?? false,
    headers: { legacy: options.headers?.legacy ?? {}, function: options.headers?.function ?? {} },
    bodyBytes: options.bodyBytes ?? 1024 * 1024,
    timeoutMs: options.timeoutMs ?? 10_000,
    chance: chance(seed),
    mayBegin: () => paced.turn(),
  });
  const outcomes = new Map(earlier.outcomes);
  const tell = progressTeller({ clock, total: survey.entries, outcomes, onProgress: options.onProgress });
  const sending = sendAll(corpus(), {
    survey,
    shard,
    ask,
    ledger,
    paced,
    stop,
    signal,
    tell,
    counted: earlier.counted,
    concurrency: options.concurrency ?? 16,
    legacyFailuresInARow: options.legacyFailuresInARow ?? 20,
  });
  // What was counted is written down even when the corpus cannot be read to its end.
  const [sent] = await Promise.allSettled([sending]);
  await ledger.close();
  if (sent.status === "rejected") throw sent.reason;
  tell.last();
  return {
    run: head.run,
    entries: survey.entries,
    outcomes: Object.fromEntries(outcomes),
    stopped: sent.value,
  };
}
