import { mkdir, open, truncate, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { fileLines } from "../audit/lines.ts";
import type { Batch, Increment } from "../store/evidence-store.ts";
import { sampleRecord } from "../store/sample-record.ts";
import { sampleOf } from "../store/stored-sample.ts";
import { ReplayError } from "./replay-error.ts";

/** What a run is about. One with another of these cannot be taken up from its checkpoint. */
export interface RunTerms {
  /** Digest of the corpus. */
  readonly corpus: string;
  /** `1/4` */
  readonly shard: string;
  readonly seed: number;
  readonly includeUnsafe: boolean;
}

/** What came of some entries: which they were, and the evidence of them and of no others. */
export interface Commit {
  readonly counted: readonly string[];
  /** Entries by verdict, or by why they gave no pair. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly batches: readonly Batch[];
}

/** A file with what was done so far, one commit a line: a line that is there whole counts, and everything else never was. */
export interface Checkpoint {
  add(commit: Commit): Promise<void>;
  close(): Promise<void>;
}

/** The first line of a checkpoint. */
export interface RunHead {
  /** Unique. */
  readonly run: string;
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  readonly terms: RunTerms;
}

const MAX_LINE_BYTES = 512 * 1024 * 1024;

const headLine = z.object({
  banyanReplay: z.literal(1),
  run: z.string(),
  startedAt: z.number(),
  terms: z.object({
    corpus: z.string(),
    shard: z.string(),
    seed: z.number(),
    includeUnsafe: z.boolean(),
  }),
});

const commitLine = z.object({
  counted: z.array(z.string()),
  outcomes: z.record(z.string(), z.number()),
  batches: z.array(
    z.object({
      id: z.string(),
      at: z.number(),
      // Written by this very program, and read as it was written.
      increments: z.array(z.custom<Increment>((value) => typeof value === "object" && value !== null)),
      samples: z.array(
        z.object({
          document: z.string(),
          bodies: z.base64(),
          groups: z.custom<Batch["samples"][number]["groups"]>((value) => Array.isArray(value)),
        }),
      ),
    }),
  ),
});

/** Reads a checkpoint, one commit after the other, and takes half a line off its end. Null when there is none. */
export async function readCheckpoint(
  path: string,
  onCommit: (commit: Commit) => Promise<void>,
): Promise<RunHead | null> {
  let head: RunHead | null = null;
  let wholeBytes = 0;
  let isWhole = true;
  for await (const { number, bytes, length, ended } of fileLines(path, MAX_LINE_BYTES)) {
    isWhole = ended;
    // Whoever wrote it was stopped in the middle of it: it never was.
    if (!ended) break;
    if (number === 1) head = parsed(path, number, bytes, headLine);
    else await onCommit(commitOf(parsed(path, number, bytes, commitLine)));
    wholeBytes += length + 1;
  }
  if (!isWhole) await truncate(path, wholeBytes);
  return head;
}

/** Opens the file to go on with it, or anew. */
export async function openCheckpoint(path: string, head: RunHead, isNew: boolean): Promise<Checkpoint> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, isNew ? "w" : "a", 0o600);
  if (isNew) await appendLine(file, { banyanReplay: 1, ...head });
  return {
    add: (commit) => appendLine(file, { ...commit, batches: commit.batches.map(written) }),
    close: () => file.close(),
  };
}

async function appendLine(file: FileHandle, line: object): Promise<void> {
  await file.appendFile(`${JSON.stringify(line)}\n`);
  await file.datasync();
}

function written(batch: Batch): z.input<typeof commitLine>["batches"][number] {
  const samples = batch.samples.map((filed) => {
    const { document, bodies } = sampleRecord(filed);
    return { document, bodies: Buffer.from(bodies).toString("base64"), groups: filed.groups };
  });
  return { ...batch, increments: [...batch.increments], samples };
}

function commitOf({ batches, ...rest }: z.infer<typeof commitLine>): Commit {
  const read = batches.map(({ samples, ...batch }) => ({
    ...batch,
    samples: samples.map(({ document, bodies, groups }) => ({
      sample: sampleOf({ document, bodies: Buffer.from(bodies, "base64") }),
      groups,
    })),
  }));
  return { ...rest, batches: read };
}

function parsed<T extends z.ZodType>(path: string, line: number, bytes: Buffer, schema: T): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    value = undefined;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ReplayError(
    "bad-checkpoint",
    `${path}:${line} is no checkpoint of a replay: remove the file to start from the beginning, or name another`,
  );
}
