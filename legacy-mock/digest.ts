import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What is known of a body that nobody keeps. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads all of it, and keeps none. */
export async function digest(stream: Readable): Promise<Digest> {
  const hash = createHash("sha256");
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
  await pipeline(stream, hash);
  return { bytes, sha256: hash.digest("hex") };
}
