import { randomUUID } from "node:crypto";
import { unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "./error-code.ts";
import { fileText } from "./file-text.ts";

const RETRY_MS = 20;
const MAX_TOKEN_BYTES = 1024;

export interface FileLock {
  /** False when somebody took this lock for a left-behind one and broke it. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * A lock between processes: a file that only one of them can create. One that stays for `staleMs` was left behind by
 * a process that is gone, and is broken; null when that took twice as long in vain. Its age is what we see of
 * it, not its timestamps: clocks of machines that share a folder differ.
 */
export async function lockFile(path: string, staleMs: number): Promise<FileLock | null> {
  const token = `process ${process.pid} on ${hostname()} ${randomUUID()}`;
  let seen: string | null = null;
  let seenForMs = 0;
  for (let waitedMs = 0; !(await created(path, token)); waitedMs += RETRY_MS) {
    if (waitedMs >= 2 * staleMs) return null;
    const current = await tokenOf(path);
    seenForMs = current === seen ? seenForMs + RETRY_MS : 0;
    seen = current;
    if (seen !== null && seenForMs >= staleMs) await breakLock(path, seen);
    await sleep(RETRY_MS);
  }
  const held = async () => (await tokenOf(path)) === token;
  const release = async () => {
    if (await held()) await unlink(path);
  };
  return { held, release };
}

async function created(path: string, token: string): Promise<boolean> {
  try {
    await writeFile(path, token, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Only one process at a time may break, or one would remove the new lock of another that was faster. */
async function breakLock(path: string, staleToken: string): Promise<void> {
  const turn = `${path}.break`;
  if (!(await created(turn, staleToken))) return;
  try {
    if ((await tokenOf(path)) === staleToken) await unlink(path);
  } finally {
    await unlink(turn);
  }
}

function tokenOf(path: string): Promise<string | null> {
  return fileText(path, MAX_TOKEN_BYTES);
}
