import { randomUUID } from "node:crypto";
import { open, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "./error-code.ts";

/**
 * Replaces a file at once. Written beside, synced, renamed over, directory synced: after a power cut it is the old file
 * or the new one.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const directory = dirname(path);
  const beside = join(directory, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await writeFile(beside, text, { flag: "wx", mode: await modeOf(path), flush: true });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  const handle = await open(directory);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A file keeps its permissions; a new one is everybody's to read. */
async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0o644;
    throw error;
  }
}
