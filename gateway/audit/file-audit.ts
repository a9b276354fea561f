import { randomUUID } from "node:crypto";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";
import { errorCode } from "../flags/error-code.ts";
import { lockFile, type FileLock } from "../flags/file-lock.ts";
import { AuditError, type AuditLog, type AuditReceipt } from "./audit-log.ts";
import { readHead, writeHead } from "./head-file.ts";
import { ended, intended, seen, type AuditContent, type GatewayIdentity } from "./record.ts";
import { MAX_LINE_BYTES, seal, type ChainHead } from "./sealed-line.ts";
import { lastKnown, readTail, type Tail } from "./tail.ts";

export interface FileAuditOptions {
  /** A file of JSON lines, made when it is missing. */
  readonly path: string;
  readonly clock: Pick<Clock, "now">;
  /** Who writes; this process unless somebody else is named. */
  readonly gateway?: GatewayIdentity;
  /** A lock that stays this long was left behind by a process that is gone: writing takes milliseconds. */
  readonly staleLockMs?: number;
}

/** What to append, once it is known what is there; null for nothing. */
type Wish = (tail: Tail) => AuditContent | null;

/**
 * The audit log in a file that only grows: one record a line, each with the hash of the one before. Several processes
 * may write to it, one at a time. What an interrupted write left behind stays, and a record that says so follows it.
 * Nothing but the end of the file is ever read.
 */
export function fileAudit(options: FileAuditOptions): AuditLog {
  const { path, clock, staleLockMs = 5000, gateway = thisProcess() } = options;
  let queue: Promise<unknown> = Promise.resolve();

  const append = (id: string, wish: Wish): Promise<AuditReceipt | null> => {
    const appended = queue.then(() =>
      locked(path, staleLockMs, async (lock) => {
        const head = await appendTo(path, lock, wish, { at: new Date(clock.now()).toISOString(), gateway });
        return head && { id, ...head };
      }),
    );
    // One at a time in this process, too: it is quicker than to wait for its own lock.
    queue = appended.catch(() => undefined);
    return appended;
  };
  const surely = async (id: string, content: AuditContent) => (await append(id, () => content))!;

  return {
    async begin(intent) {
      const id = randomUUID();
      return surely(id, intended(id, intent));
    },
    end: async (id, outcome) => surely(id, ended(id, outcome)),
    async observed(observation) {
      const id = randomUUID();
      return append(id, (tail) => {
        const known = lastKnown(tail, observation.what);
        const content = seen(id, { ...observation, from: observation.from ?? known.version });
        const isNews = content.to === null ? content.problem !== known.problem : content.to !== known.version;
        return isNews ? content : null;
      });
    },
  };
}

function thisProcess(): GatewayIdentity {
  return { host: hostname(), pid: process.pid, instance: randomUUID() };
}

/** Work on the log that nobody else does at the same time. Rejects with an AuditError. */
async function locked<R>(path: string, staleMs: number, work: (lock: FileLock) => Promise<R>): Promise<R> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const lock = await lockFile(`${path}.lock`, staleMs);
    if (lock === null) throw busy(path);
    try {
      return await work(lock);
    } finally {
      // What was written stays written; a lock that cannot be removed is broken by the next one.
      await lock.release().catch(() => undefined);
    }
  } catch (error) {
    throw error instanceof AuditError ? error : new AuditError(advice(path, error), { cause: error });
  }
}

async function appendTo(
  path: string,
  lock: FileLock,
  wish: Wish,
  signed: { at: string; gateway: GatewayIdentity },
): Promise<ChainHead | null> {
  const file = await open(path, "a+", 0o640);
  let head: ChainHead;
  try {
    if (!(await file.stat()).isFile()) throw new AuditError(`${path} is no file: move it away, then repeat`);
    const tail = await readTail(file);
    const content = wish(tail);
    if (content === null) return null;
    const gap = gapBehind(tail, await readHead(path));
    ({ head } = await write(file, path, lock, tail, gap === null ? [content] : [gap, content], signed));
  } finally {
    await file.close();
  }
  // The record is on the disk. A head that stays behind weakens no chain, and `banyan audit verify` says that it does.
  if (await lock.held()) await writeHead(path, head).catch(() => undefined);
  return head;
}

/** All records in one write, so that they are there together or not at all unless the write itself is cut off. */
async function write(
  file: FileHandle,
  path: string,
  lock: FileLock,
  tail: Tail,
  contents: readonly AuditContent[],
  signed: { at: string; gateway: GatewayIdentity },
): Promise<{ head: ChainHead }> {
  let { head } = tail;
  let text = tail.ended ? "" : "\n";
  for (const content of contents) {
    const sealed = seal({ ...signed, seq: head.seq + 1, prev: head.hash }, content);
    if (Buffer.byteLength(sealed.line) > MAX_LINE_BYTES)
      throw new AuditError("this change is too large for one record of the audit log: change fewer at once");
    text += `${sealed.line}\n`;
    head = sealed.head;
  }
  if (!(await lock.held())) throw busy(path);
  await file.appendFile(text);
  await file.sync();
  return { head };
}

/** What to say about the end of the log before anything follows; null when there is nothing to say. */
function gapBehind({ head, junk }: Tail, noted: ChainHead | null): AuditContent | null {
  const isThere =
    noted === null || noted.seq < head.seq || (noted.seq === head.seq && noted.hash === head.hash);
  if (junk === null && isThere) return null;
  const { bytes, sha256 } = junk ?? { bytes: 0, sha256: null };
  return { kind: "gap", bytes, sha256, lost: isThere ? null : noted };
}

function busy(path: string): AuditError {
  return new AuditError(`others keep writing to ${path}: try again; if nobody does, remove ${path}.lock*`);
}

/** What is wrong with the disk, and what to do about it. */
function advice(path: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const cannot = `the audit log ${path} cannot be written (${message})`;
  switch (errorCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return `${cannot}: make room on that disk, then repeat`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `${cannot}: let the user of this process write there, then repeat`;
    case undefined:
    default:
      return `${cannot}: see what is wrong with it, then repeat`;
  }
}
