import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import { errorCode } from "./error-code.ts";

/** A file as UTF-8 text, or null when there is none. Never more than its first `maxBytes`. */
export async function fileText(path: string, maxBytes: number): Promise<string | null> {
  try {
    return await text(createReadStream(path, { end: maxBytes - 1 }));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
