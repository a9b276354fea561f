import type { RecordCounts } from "../corpus/recorder.ts";
import type { Recording, Recordings, RecordingWish } from "../corpus/recordings.ts";
import type { CorpusFile } from "../corpus/write-corpus.ts";
import type { Member } from "./member.ts";
import type { FromWorker } from "./messages.ts";

interface Running {
  readonly file: CorpusFile;
  readonly wish: RecordingWish;
  /** What each worker counted, those that are gone included. */
  readonly counts: Map<Member, RecordCounts>;
}

/** Recordings in which every worker has a part; their lines come together here. */
export class PooledRecordings implements Pick<Recordings, "start"> {
  readonly #members: () => Iterable<Member>;
  readonly #running = new Map<number, Running>();
  #last = 0;

  constructor(members: () => Iterable<Member>) {
    this.#members = members;
  }

  start(file: CorpusFile, wish: RecordingWish): Recording {
    const recording = (this.#last += 1);
    const running: Running = { file, wish, counts: new Map() };
    this.#running.set(recording, running);
    for (const member of this.#members()) member.tell({ do: "record", recording, wish });
    return {
      counts: () => this.#counts(recording, running),
      stop: async () => {
        const stopped = [...this.#members()].map((member) =>
          member.ask((number) => ({ do: "stop-recording", number, recording })),
        );
        await Promise.all(stopped);
        this.#counts(recording, running);
        this.#running.delete(recording);
        await file.close();
      },
    };
  }

  /** Those that a new worker takes part in. */
  running(): (readonly [recording: number, wish: RecordingWish])[] {
    return [...this.#running].map(([recording, { wish }]) => [recording, wish] as const);
  }

  /** Takes a worker's lines; it sends no more before it hears that they are written. */
  async take(
    { number, recording, lines }: Extract<FromWorker, { say: "recorded" }>,
    from: Member,
  ): Promise<void> {
    try {
      await this.#running.get(recording)?.file.append(Buffer.from(lines));
      from.tell({ do: "go-on", number, problem: null });
    } catch (error) {
      from.tell({ do: "go-on", number, problem: { message: String(error), mayPass: false } });
    }
  }

  #counts(recording: number, { counts }: Running): RecordCounts {
    for (const member of this.#members()) {
      const own = member.state.recordings.find(([id]) => id === recording)?.[1];
      if (own !== undefined) counts.set(member, own);
    }
    let recorded = 0;
    const dropped: Record<string, number> = {};
    for (const own of counts.values()) {
      recorded += own.recorded;
      for (const [reason, times] of Object.entries(own.dropped)) {
        dropped[reason] = (dropped[reason] ?? 0) + times;
      }
    }
    return { recorded, dropped };
  }
}
