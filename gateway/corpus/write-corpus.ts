import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { constants, createGzip } from "node:zlib";
import { errorCode } from "../flags/error-code.ts";
import {
  CorpusError,
  type CorpusHead,
  type CorpusItem,
  type CorpusProblem,
  MAX_RECORD_BYTES,
} from "./corpus.ts";
import { entryLine, headLine } from "./entry-line.ts";

/** A corpus that grows. Whatever happens to the process, what was appended is readable. */
export interface CorpusFile {
  /** Resolves once the lines are with the operating system. Whoever waits for it holds no more than they appended. */
  append(lines: Buffer): Promise<void>;
  /** Resolves once everything is on the disk. */
  close(): Promise<void>;
}

/** Begins a corpus in a new file, gzip when its name ends in `.gz`. Rejects with a CorpusError when there is one already. */
export async function createCorpus(path: string, head: CorpusHead): Promise<CorpusFile> {
  let handle: FileHandle;
  try {
    // Recorded traffic is nobody else's to read.
    handle = await open(path, "wx", 0o600);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST")
      throw new CorpusError(`${path} is there already: name another file, or move it away`);
    throw new CorpusError(`${path} cannot be written (${code ?? String(error)}): check its folder`);
  }
  const write = async (bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, from);
      from += bytesWritten;
    }
  };
  const packed = path.endsWith(".gz") ? gzipInto(write) : { append: write, end: () => Promise.resolve() };
  const file: CorpusFile = {
    append: packed.append,
    async close() {
      try {
        await packed.end();
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
  await file.append(Buffer.from(headLine(head)));
  return file;
}

/** Packs what is appended, and hands on all of it each time: an end that is cut off costs nothing that came before. */
function gzipInto(write: (bytes: Uint8Array) => Promise<void>) {
  const gzip = createGzip();
  let packed: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => void packed.push(chunk));
  const handOn = async () => {
    const bytes = Buffer.concat(packed);
    packed = [];
    await write(bytes);
  };
  return {
    async append(lines: Uint8Array) {
      await new Promise<void>((resolve, reject) => {
        gzip.write(lines, (error) => (error ? reject(error) : resolve()));
      });
      await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, resolve));
      await handOn();
    },
    async end() {
      await new Promise<void>((resolve) => void gzip.once("end", resolve).end());
      await handOn();
    },
  };
}

/** Lines are put together up to this: one by one, packing would gain little. */
const BATCH_BYTES = 256 * 1024;

/**
 * Writes what an import or a filter yields, head first, and replaces the file once all of it is on the disk. Problems, and
 * entries too long to be read again, go to `onProblem`. Returns how many entries were written.
 */
export async function writeCorpus(
  path: string,
  items: AsyncIterable<CorpusItem>,
  onProblem: (problem: CorpusProblem) => void,
): Promise<number> {
  const suffix = path.endsWith(".gz") ? ".gz" : "";
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp${suffix}`);
  let file: CorpusFile | null = null;
  try {
    let count = 0;
    let batch: Buffer[] = [];
    let batchBytes = 0;
    const flush = async (into: CorpusFile) => {
      await into.append(Buffer.concat(batch));
      [batch, batchBytes] = [[], 0];
    };
    for await (const item of items) {
      if (item.kind === "problem") onProblem(item.problem);
      else if (item.kind === "head") file ??= await createCorpus(beside, item.head);
      else if (file === null) throw new Error("a corpus begins with its head");
      else {
        const line = entryLine(item.entry);
        if (line.length > MAX_RECORD_BYTES) {
          onProblem({
            line: count + 1,
            message: `${item.entry.id} is too large to be kept (${line.length} bytes)`,
          });
          continue;
        }
        count += 1;
        batch.push(line);
        batchBytes += line.length;
        if (batchBytes >= BATCH_BYTES) await flush(file);
      }
    }
    if (file === null) throw new CorpusError("there was nothing to write");
    await flush(file);
    await file.close();
    file = null;
    await rename(beside, path);
    return count;
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(beside, { force: true });
    throw error;
  }
}
