import { z } from "zod";
import { fileText } from "../flags/file-text.ts";
import { replaceFile } from "../flags/replace-file.ts";
import type { ChainHead } from "./sealed-line.ts";

const chainHead = z.object({ seq: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) });
const MAX_BYTES = 1024;

/** Where the newest record of a log is noted: the log beside it may be ahead of it, but never behind. */
export function headFileOf(logPath: string): string {
  return `${logPath}.head`;
}

/** Null when there is none, or none that can be understood. */
export async function readHead(logPath: string): Promise<ChainHead | null> {
  const text = await fileText(headFileOf(logPath), MAX_BYTES);
  try {
    return text === null ? null : chainHead.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function writeHead(logPath: string, { seq, hash }: ChainHead): Promise<void> {
  await replaceFile(headFileOf(logPath), `${JSON.stringify({ seq, hash })}\n`);
}
