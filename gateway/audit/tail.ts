import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { auditContent, type AuditContent } from "./record.ts";
import { GENESIS, MAX_LINE_BYTES, unseal, type ChainHead, type SealedLine } from "./sealed-line.ts";

/** The end of a log: where the chain goes on. */
export interface Tail {
  /** The newest record that is as it was written; GENESIS when there is none. */
  readonly head: ChainHead;
  /** False when a newline is missing before anything can follow. */
  readonly ended: boolean;
  /** What comes after that record and is none, together with the newline that ends it. */
  readonly junk: Junk | null;
  /** Records up to it, newest first, as far back as was read. */
  records(): Generator<SealedLine>;
}

type Junk = Pick<Extract<AuditContent, { kind: "gap" }>, "bytes" | "sha256">;

/** Room for the longest record, and for the longest that was cut off behind it. */
const WINDOW_BYTES = 2 * MAX_LINE_BYTES + 2;

/** Reads the end of a log; how long the log is makes no difference. */
export async function readTail(file: FileHandle): Promise<Tail> {
  const { size } = await file.stat();
  const window = Buffer.alloc(Math.min(size, WINDOW_BYTES));
  const { bytesRead } = await file.read(window, 0, window.length, size - window.length);
  return tailOf(window.subarray(0, bytesRead), size > window.length);
}

function tailOf(window: Buffer, startsAnywhere: boolean): Tail {
  const lines = linesIn(window);
  const ended = window.length === 0 || window.at(-1) === 0x0a;
  // The first line may have begun before the window: it counts only when it is whole.
  const last = lines.findLastIndex((line) => !("damage" in unseal(line)));
  const head = last === -1 ? GENESIS : sealed(lines[last]!)!;
  const behind = lines.slice(last + 1);
  return {
    head: { seq: head.seq, hash: head.hash },
    ended,
    junk: behind.length === 0 ? null : junkOf(behind, last === -1 && startsAnywhere),
    *records() {
      for (const line of lines.slice(0, last + 1).toReversed()) {
        const record = sealed(line);
        if (record !== null) yield record;
      }
    },
  };
}

function sealed(line: Buffer): SealedLine | null {
  const read = unseal(line);
  return "damage" in read ? null : read;
}

function junkOf(lines: readonly Buffer[], isPart: boolean): Junk {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line).update("\n");
  const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
  return { bytes, sha256: isPart ? null : hash.digest("hex") };
}

function linesIn(window: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = window.indexOf(0x0a); at !== -1; at = window.indexOf(0x0a, from)) {
    lines.push(window.subarray(from, at));
    from = at + 1;
  }
  if (from < window.length) lines.push(window.subarray(from));
  return lines;
}

/** What the log knew last of the flags or of the kill file. */
export interface LastKnown {
  /** Null when the end of the log names none. */
  readonly version: string | null;
  /** Why something newer was rejected; null when nothing was. */
  readonly problem: string | null;
}

export function lastKnown(tail: Tail, of: "flags" | "stop"): LastKnown {
  let problem: string | null = null;
  for (const { record } of tail.records()) {
    const content = auditContent.safeParse(record).data;
    if (content?.kind === "made" && of === "flags") return { version: content.flagVersion, problem };
    if (content?.kind !== "observed" || content.what !== of) continue;
    if (content.to !== null) return { version: content.to, problem };
    problem ??= content.problem;
  }
  return { version: null, problem };
}
