import { stickyKey } from "../flags/sticky-key.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Redactor } from "../diff/redact.ts";
import type { StickySource } from "../routes/route.ts";
import type { Exchange, Recorder, Taking } from "../shadow/recorder.ts";
import { corpusRecorder, type CorpusRecorder, type RecordCounts } from "./recorder.ts";
import type { CorpusFile } from "./write-corpus.ts";

/** What of the traffic is recorded. */
export interface RecordingWish {
  /** Share of the sessions, 0–100. */
  readonly percent: number;
  /** Only these routes; null for everything, what no route takes included. */
  readonly routes: ReadonlySet<string> | null;
}

/** One recording under way. */
export interface Recording {
  counts(): RecordCounts;
  /** Resolves once what was recorded is written. */
  stop(): Promise<void>;
}

/** All recordings of a gateway. */
export interface Recordings {
  /** Through which traffic gets here. */
  readonly recorder: Recorder;
  /** Records into a file, or whatever else takes lines, until it is stopped. */
  start(file: CorpusFile, wish: RecordingWish): Recording;
  close(): Promise<void>;
}

export interface RecordingsParts {
  readonly redactor: Pick<Redactor, "sample">;
  /** Of redaction. */
  readonly key: Buffer;
  /** What tells clients apart, so that whole sessions are recorded. */
  readonly sessionBy: () => readonly StickySource[];
  /** Where writes go that their routes keep in place of copying them. */
  readonly keptWrites: CorpusFile;
  readonly onWriteFailed: (error: unknown) => void;
}

const MAX_QUEUE_BYTES = 16 * 1024 * 1024;
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/** Everything that is recorded is redacted first. */
export function recordings(parts: RecordingsParts): Recordings {
  const { redactor, key, onWriteFailed } = parts;
  const recorderInto = (file: CorpusFile, percent: number) =>
    corpusRecorder({
      file,
      redactor,
      key,
      percent,
      maxQueueBytes: MAX_QUEUE_BYTES,
      maxFileBytes: MAX_FILE_BYTES,
      onWriteFailed,
    });
  const writes = recorderInto(parts.keptWrites, 100);
  const running = new Set<{ readonly recorder: CorpusRecorder; readonly routes: RecordingWish["routes"] }>();

  return {
    recorder: {
      take(request, route, isKeptWrite) {
        if (running.size === 0 && !isKeptWrite) return null;
        const session = sessionOf(request, parts.sessionBy());
        const takers = isKeptWrite ? [writes] : [];
        for (const { recorder, routes } of running) {
          const isAsked = routes === null || (route !== null && routes.has(route.id));
          if (isAsked && recorder.wants(session, request.id)) takers.push(recorder);
        }
        return takers.length === 0 ? null : taking(takers, session);
      },
    },
    start(file, { percent, routes }) {
      const one = { recorder: recorderInto(file, percent), routes };
      running.add(one);
      return {
        counts: () => one.recorder.counts(),
        async stop() {
          running.delete(one);
          await one.recorder.close();
        },
      };
    },
    async close() {
      const all = [...[...running].map(({ recorder }) => recorder), writes];
      running.clear();
      await Promise.all(all.map((recorder) => recorder.close()));
    },
  };
}

/** Nothing is handed out here: a client that has no key yet is a session with every request. */
function sessionOf(request: GatewayRequest, sessionBy: readonly StickySource[]): string | null {
  const found = stickyKey(sessionBy, request, {});
  return found === null || found.setCookie !== null ? null : found.key;
}

function taking(takers: readonly CorpusRecorder[], session: string | null): Taking {
  return {
    record({ request, route, body, answer }: Exchange) {
      const { id, method, target, headers, receivedAt } = request;
      const sent = { bytes: body, length: body.length, sha256: null };
      for (const recorder of takers) {
        const asSent = { method, target: target.raw, headers, body: sent };
        recorder.add({ id, at: receivedAt, session, route: route?.id ?? null, request: asSent, answer });
      }
    },
    missed(reason) {
      for (const recorder of takers) recorder.missed(session, reason);
    },
  };
}
