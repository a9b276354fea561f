import type { CorpusEntry } from "../corpus/corpus.ts";
import type { Asked, Asker } from "./ask-both.ts";
import { isInShard, type Shard } from "./chance.ts";
import { Lanes } from "./lanes.ts";
import type { Ledger } from "./ledger.ts";
import type { Pace } from "./pace.ts";
import type { ProgressTeller } from "./progress.ts";
import { SessionState } from "./session-state.ts";
import type { Survey } from "./survey.ts";

/** Somebody asked for it; or legacy owed too many answers in a row. */
export type StopReason = "aborted" | "legacy-gone";

interface Sending {
  readonly survey: Survey;
  readonly shard: Shard;
  readonly ask: Asker;
  readonly ledger: Ledger;
  readonly paced: Pace;
  /** Aborted here, when legacy is gone. */
  readonly stop: AbortController;
  /** Aborts for whatever reason there is to stop. */
  readonly signal: AbortSignal;
  readonly tell: ProgressTeller;
  /** What earlier runs counted. */
  readonly counted: ReadonlySet<string>;
  readonly concurrency: number;
  readonly legacyFailuresInARow: number;
}

/** Of what was read and could not be sent yet. */
const WAITING = { waiting: 1_000, waitingBytes: 64 * 1024 * 1024 };

/** Sends every entry that is due, session by session in order. Resolves when nothing is under way any more. */
export async function sendAll(
  entries: AsyncIterable<CorpusEntry>,
  sending: Sending,
): Promise<StopReason | null> {
  const { survey, ask, ledger, tell, stop, signal, counted } = sending;
  const { concurrency, legacyFailuresInARow } = sending;
  const lanes = new Lanes({ concurrency, ...WAITING });
  const states = new Map<string, SessionState>();
  let failuresInARow = 0;

  const stateOf = (session: string | null) => {
    if (session === null || !survey.sessions.has(session)) return null;
    const state = states.get(session) ?? new SessionState();
    states.set(session, state);
    return state;
  };
  const send = async (entry: CorpusEntry) => {
    const asked = signal.aborted ? null : await ask(entry, stateOf(entry.session));
    if (asked === null) return;
    const hasFailed = "left" in asked && asked.left === "legacy-failed";
    if (hasFailed && ++failuresInARow >= legacyFailuresInARow) stop.abort();
    if ("pair" in asked) failuresInARow = 0;
    if (counted.has(entry.id)) return;
    tell.outcome(await outcomeOf(entry, asked, ledger));
  };
  const leave = ({ session }: CorpusEntry) => {
    const progress = session === null ? undefined : survey.sessions.get(session);
    if (progress === undefined || --progress.ahead > 0) return;
    states.delete(session!);
  };
  const isDone = ({ id, session }: CorpusEntry) => {
    if (!counted.has(id)) return false;
    // Its session has nothing left to count, or there is nothing to be carried over from this one.
    return session === null || (survey.sessions.get(session)?.uncounted ?? 0) === 0;
  };

  const dropWaiting = () => lanes.clear();
  signal.addEventListener("abort", dropWaiting);
  try {
    for await (const entry of entries) {
      if (signal.aborted) break;
      if (!isInShard(entry, sending.shard) || isDone(entry)) continue;
      await sending.paced.due(entry.at);
      await lanes.add(entry.session, sizeOf(entry), async () => {
        await send(entry);
        leave(entry);
      });
    }
  } finally {
    await lanes.idle();
    signal.removeEventListener("abort", dropWaiting);
  }
  if (!signal.aborted) return null;
  return stop.signal.aborted ? "legacy-gone" : "aborted";
}

/** Writes down what came of an entry. What legacy owes is still to be asked for, so that is not. */
async function outcomeOf({ id }: CorpusEntry, asked: Asked, ledger: Ledger): Promise<string> {
  if ("pair" in asked) return ledger.judged(id, asked.pair);
  return asked.left === "legacy-failed" ? asked.left : ledger.left(id, asked.left);
}

function sizeOf({ request, answer }: CorpusEntry): number {
  return 1_000 + request.body.length + (answer?.body.length ?? 0);
}
