import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CorpusHead } from "./corpus.ts";
import { createCorpus, type CorpusFile } from "./write-corpus.ts";

/** A corpus in a folder that is begun with its first lines: most gateways never have any. Its name says when it was begun. */
export function lazyCorpus(folder: string, name: string, now: () => number): CorpusFile {
  let file: Promise<CorpusFile> | null = null;
  const begun = async () => {
    await mkdir(folder, { recursive: true });
    const at = now();
    const head: CorpusHead = { source: "record", createdAt: at, redacted: true };
    const stamp = new Date(at).toISOString().replaceAll(":", "-");
    return createCorpus(join(folder, `${name}-${stamp}.ndjson.gz`), head);
  };
  return {
    async append(lines) {
      file ??= begun();
      await (await file).append(lines);
    },
    async close() {
      await (await file)?.close();
    },
  };
}
