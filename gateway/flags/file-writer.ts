import { mkdir, realpath } from "node:fs/promises";
import { dirname, extname } from "node:path";
import type { Clock } from "../clock.ts";
import { MAX_FLAG_BYTES, parseFlags } from "./document.ts";
import type { FlagDocument } from "./document-schema.ts";
import { editedFlags, emptyFlags } from "./edit.ts";
import { errorCode } from "./error-code.ts";
import { lockFile, type FileLock } from "./file-lock.ts";
import { fileText } from "./file-text.ts";
import { replaceFile } from "./replace-file.ts";
import type { FlagChange, FlagWriter, FlipResult } from "./writer.ts";

export interface FileFlagWriterOptions {
  readonly path: string;
  readonly clock: Clock;
  /** A lock that stays this long was left behind by a process that is gone: writing takes milliseconds. */
  readonly staleLockMs?: number;
}

/**
 * Changes a flag file in place: under a lock that other processes respect, and by one atomic replacement, so that a
 * reader sees the old version or the new one. Comments and order of a YAML file are kept.
 */
export function fileFlagWriter({ path, clock, staleLockMs = 5000 }: FileFlagWriterOptions): FlagWriter {
  return {
    async apply(change) {
      let result: FlipResult | null = null;
      try {
        const target = await resolved(path);
        await mkdir(dirname(target), { recursive: true });
        const lock = await lockFile(`${target}.lock`, staleLockMs);
        if (lock === null) return busy(path);
        try {
          return (result = await applyLocked(target, change, clock, lock));
        } finally {
          await lock.release();
        }
      } catch (error) {
        // A lock that cannot be released takes nothing back, and is broken by whoever comes next.
        if (result !== null) return result;
        const message = error instanceof Error ? error.message : String(error);
        if (errorCode(error) === undefined)
          return notMade("failed", `the flags were not changed: ${message}`);
        return notMade("not-written", `nothing was changed, because ${path} cannot be written: ${message}`);
      }
    },
  };
}

async function applyLocked(
  path: string,
  change: FlagChange,
  clock: Clock,
  lock: FileLock,
): Promise<FlipResult> {
  const existing = await fileText(path, MAX_FLAG_BYTES + 1);
  const text = existing ?? emptyFlags(extname(path) === ".json");
  const now = parseFlags(text);
  if (!now.ok) {
    const problems = now.problems.map((problem) => `${path}:${problem}`);
    return notMade("invalid", `${path} is not valid, correct it first:\n${problems.join("\n")}`);
  }
  const previousVersion = existing === null ? "none" : now.snapshot.version;
  if (change.expectVersion !== undefined && change.expectVersion !== previousVersion) {
    return notMade("conflict", conflict(previousVersion, change.expectVersion, now.document));
  }
  const version = now.document.version + 1;
  const edited = editedFlags(text, change, { version, at: new Date(clock.now()).toISOString() });
  // What is written is checked as any reader will, so that no flip can leave a file that gateways reject.
  const then = parseFlags(edited);
  if (!then.ok) return notMade("invalid", `this change makes no valid flags:\n${then.problems.join("\n")}`);
  if (!(await lock.held())) return busy(path);
  const made = { made: true, version: then.snapshot.version, previousVersion } as const;
  try {
    await replaceFile(path, edited);
  } catch (error) {
    // What failed behind the replacement itself leaves it in force.
    const isThere = (await fileText(path, MAX_FLAG_BYTES + 1).catch(() => null)) === edited;
    if (!isThere) throw error;
    return {
      ...made,
      notes: [`a power cut may take this back, as it could not be synced: ${String(error)}`],
    };
  }
  return made;
}

type Why = Extract<FlipResult, { made: false }>["why"];

function notMade(why: Why, message: string): FlipResult {
  return { made: false, why, message };
}

function busy(path: string): FlipResult {
  return notMade("busy", `others keep changing ${path}: try again; if nobody is, remove ${path}.lock*`);
}

function conflict(actual: string, expected: string, { by, at, reason }: FlagDocument): string {
  const who = by === undefined ? "" : `, made by ${by}${at === undefined ? "" : ` at ${at}`}`;
  const why = reason === undefined ? "" : ` (${reason})`;
  return `the flags are at version ${actual}${who}${why}, not at ${expected}: look again, then repeat what still holds`;
}

/** Through symbolic links, which would otherwise be replaced by the file. */
async function resolved(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return path;
    throw error;
  }
}
