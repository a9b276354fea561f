import { createHmac } from "node:crypto";
import { bucketOf, bucketsIn } from "../flags/bucket.ts";
import { wentOverCap } from "../diff/observation.ts";
import type { Redactor } from "../diff/redact.ts";
import type { DropReason } from "../shadow/drop-reason.ts";
import type { CorpusEntry } from "./corpus.ts";
import { entryLine } from "./entry-line.ts";
import { type Exchange, redactedExchange } from "./redacted-exchange.ts";
import { BrokenSessions } from "./broken-sessions.ts";
import type { CorpusFile } from "./write-corpus.ts";

/** Why a request was not recorded. */
export type RecordDrop =
  /** Its session is not in the share. */
  | "sampled-out"
  /** An earlier request of its session was dropped, and a session with a hole cannot be replayed. */
  | "session-broken"
  /** Its body is not there as a whole. */
  | "body-too-large"
  /** Its body was redacted altogether, as nobody can look for secrets in it. */
  | "body-unreadable"
  /** The file cannot keep up. */
  | "queue"
  /** The file has its size. */
  | "file-full"
  /** It could not be redacted. */
  | "redaction-failed"
  /** The file could not be written; nothing is recorded any more. */
  | "write-failed";

export interface RecorderSettings {
  readonly file: CorpusFile;
  readonly redactor: Pick<Redactor, "sample">;
  /** Replaces what sessions are known by. The same key on all gateways gives the same names. */
  readonly key: Buffer;
  /** Share of the sessions that is recorded, 0–100 in steps of 0.001. */
  readonly percent: number;
  /** Bytes that wait to be written; what comes on top is dropped. */
  readonly maxQueueBytes: number;
  /** Bytes of lines that are written altogether, before they are packed. */
  readonly maxFileBytes: number;
  /** Told once, with the error. */
  readonly onWriteFailed: (error: unknown) => void;
}

export interface RecordCounts {
  readonly recorded: number;
  readonly dropped: Readonly<Partial<Record<RecordDrop | DropReason, number>>>;
}

export interface CorpusRecorder {
  /** False when a session will not be recorded, so that nobody need copy its bodies. Counts nothing. */
  wants(session: string | null, id: string): boolean;
  /** Redacts and queues, on the spot; never waits, and never throws. */
  add(exchange: Exchange): void;
  /** A request that it wanted never came here whole. */
  missed(session: string | null, reason: DropReason): void;
  /** How many were written or wait for it, and why others were not. */
  counts(): RecordCounts;
  /** Resolves once what was queued is on the disk. */
  close(): Promise<void>;
}

/**
 * Records whole sessions. Which ones, the hash of their key decides, the same on every gateway. A session that loses a
 * request ends there: what was recorded of it stays true, and can be sent again in its order.
 */
export function corpusRecorder(settings: RecorderSettings): CorpusRecorder {
  const { file, redactor, key, percent, maxQueueBytes, maxFileBytes, onWriteFailed } = settings;
  const dropped = new Map<RecordDrop | DropReason, number>();
  const broken = new BrokenSessions();
  let recorded = 0;
  let fileBytes = 0;
  let queueBytes = 0;
  let queue: Buffer[] = [];
  let writing: Promise<void> | null = null;
  let failed = false;

  const isChosen = (session: string | null, id: string) =>
    bucketOf("", "record", session ?? id) < bucketsIn(percent);

  const refusal = ({ session, id, request }: Exchange): RecordDrop | null => {
    if (!isChosen(session, id)) return "sampled-out";
    if (failed) return "write-failed";
    if (session !== null && broken.has(session)) return "session-broken";
    return wentOverCap(request.body) ? "body-too-large" : null;
  };

  const lineOf = (exchange: Exchange): Buffer | RecordDrop => {
    try {
      const { id, at, session, route } = exchange;
      const redacted = redactedExchange(exchange, redactor);
      if (redacted === null) return "body-unreadable";
      const name =
        session === null ? null : createHmac("sha256", key).update(session).digest("base64url").slice(0, 22);
      const entry: CorpusEntry = { id, at, session: name, route, ...redacted };
      return entryLine(entry);
    } catch {
      return "redaction-failed";
    }
  };

  const admitted = (exchange: Exchange): Buffer | RecordDrop => {
    const line = refusal(exchange) ?? lineOf(exchange);
    if (typeof line === "string") return line;
    if (fileBytes + line.length > maxFileBytes) return "file-full";
    return queueBytes + line.length > maxQueueBytes ? "queue" : line;
  };

  const drop = (session: string | null, reason: RecordDrop | DropReason) => {
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    if (reason !== "sampled-out" && session !== null) broken.add(session);
  };

  const drain = async () => {
    while (queue.length > 0 && !failed) {
      const lines = Buffer.concat(queue);
      queue = [];
      try {
        await file.append(lines);
      } catch (error) {
        failed = true;
        queue = [];
        onWriteFailed(error);
      }
      queueBytes -= lines.length;
    }
    writing = null;
  };

  return {
    wants: (session, id) => !failed && isChosen(session, id) && (session === null || !broken.has(session)),
    add(exchange) {
      const line = admitted(exchange);
      if (typeof line === "string") return drop(exchange.session, line);
      recorded += 1;
      fileBytes += line.length;
      queueBytes += line.length;
      queue.push(line);
      writing ??= drain();
    },
    missed: drop,
    counts: () => ({ recorded, dropped: Object.fromEntries(dropped) }),
    async close() {
      await writing;
      await file.close();
    },
  };
}
