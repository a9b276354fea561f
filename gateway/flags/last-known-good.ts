import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { MAX_FLAG_BYTES } from "./document.ts";
import { fileText } from "./file-text.ts";
import type { FlagSnapshot } from "./flag-source.ts";
import { replaceFile } from "./replace-file.ts";

export interface KeptFlags {
  readonly text: string;
  readonly snapshot: FlagSnapshot;
}

/** Reads the flags that a text holds, or says everything that is wrong with them. Never throws. */
export type ReadFlags = (
  text: string,
) =>
  | { readonly ok: true; readonly snapshot: FlagSnapshot }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Keeps the newest good flag document for the next process; replaced at once, never half. */
export async function keepFlags(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, text);
}

/** What was kept; null when nothing was, or nothing that can be used. */
export async function keptFlags(path: string, read: ReadFlags): Promise<KeptFlags | null> {
  try {
    const text = await fileText(path, MAX_FLAG_BYTES + 1);
    if (text === null) return null;
    const parsed = read(text);
    return parsed.ok ? { text, snapshot: parsed.snapshot } : null;
  } catch {
    return null;
  }
}
