import type { Recording, Recordings, RecordingWish } from "../corpus/recordings.ts";
import type { Report } from "./messages.ts";
import type { PrimaryLink } from "./primary-link.ts";

/** A worker's part in recordings, whose lines the primary takes. */
export interface SentRecordings {
  start(recordings: Pick<Recordings, "start">, number: number, wish: RecordingWish): void;
  /** Resolves once the primary has every line; what was counted is to be told before it is forgotten. */
  stop(number: number, tellCounts: () => Promise<void>): Promise<void>;
  counts(): Report["recordings"];
}

export function sentRecordings({ ask }: Pick<PrimaryLink, "ask">): SentRecordings {
  const running = new Map<number, Recording>();
  return {
    start(recordings, number, wish) {
      const file = {
        append: (lines: Buffer) =>
          ask((asked) => ({ say: "recorded", number: asked, recording: number, lines })),
        close: () => Promise.resolve(),
      };
      running.set(number, recordings.start(file, wish));
    },
    async stop(number, tellCounts) {
      await running.get(number)?.stop();
      await tellCounts();
      running.delete(number);
    },
    counts: () => [...running].map(([number, recording]) => [number, recording.counts()] as const),
  };
}
