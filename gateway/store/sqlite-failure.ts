import { StoreError } from "./evidence-store.ts";

/** Primary result codes of SQLite (https://sqlite.org/rescode.html) that somebody can do something about. */
const PERM = 3;
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** What SQLite could not do, in words, and what to do about it. */
export function sqliteFailure(file: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const because = (advice: string, mayPass: boolean) =>
    new StoreError(`the evidence in ${file} cannot be used (${message}): ${advice}`, {
      cause: error,
      mayPass,
    });
  switch (resultCode(error)) {
    case NOTADB:
    case CORRUPT:
      return because(
        `it is damaged or no SQLite file. Nothing was changed; move it and its -wal away or name another file`,
        false,
      );
    case FULL:
      return because("make room on that disk, or keep fewer samples", true);
    case IOERR:
      return because("see whether that disk is full or broken", true);
    case BUSY:
      return because("another process is writing to it", true);
    case PERM:
    case READONLY:
    case CANTOPEN:
      return because("let the user of this process write there, and to the folder", false);
    case undefined:
    default:
      return because("see what is wrong with it", false);
  }
}

/** What the file system says before SQLite gets to see the file. */
const FILE_SYSTEM_CODES = new Map([
  ["EACCES", CANTOPEN],
  ["EPERM", CANTOPEN],
  ["EROFS", READONLY],
  ["ENOTDIR", CANTOPEN],
  ["EISDIR", CANTOPEN],
  ["ENOSPC", FULL],
  ["EDQUOT", FULL],
]);

function resultCode(error: unknown): number | undefined {
  if (error instanceof Error && "code" in error) {
    const known = FILE_SYSTEM_CODES.get(String(error.code));
    if (known !== undefined) return known;
  }
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  // The low byte is the primary code; the rest says more than anybody can act on.
  return error.errcode & 0xff;
}
