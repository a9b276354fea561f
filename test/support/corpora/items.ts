import type { CorpusEntry, CorpusItem, CorpusProblem } from "../../../gateway/corpus/corpus.ts";

/** What was read, sorted by what it is. */
export interface Sorted {
  readonly entries: CorpusEntry[];
  readonly problems: CorpusProblem[];
}

export async function sorted(items: AsyncIterable<CorpusItem>): Promise<Sorted> {
  const entries: CorpusEntry[] = [];
  const problems: CorpusProblem[] = [];
  for await (const item of items) {
    if (item.kind === "entry") entries.push(item.entry);
    if (item.kind === "problem") problems.push(item.problem);
  }
  return { entries, problems };
}

/** Bytes as a stream has them, in chunks of that size. */
export async function* chunksOf(bytes: Buffer | string, size = 7): AsyncGenerator<Buffer> {
  const whole = Buffer.from(bytes);
  for (let from = 0; from < whole.length; from += size) yield whole.subarray(from, from + size);
}

export async function* itemsFrom(items: Iterable<CorpusItem>): AsyncGenerator<CorpusItem> {
  yield* items;
}

export function entry(changes: Partial<CorpusEntry> = {}): CorpusEntry {
  return {
    id: "r-1",
    at: 1_790_000_000_000,
    session: null,
    route: null,
    request: {
      method: "GET",
      target: "/orders/7",
      headers: ["Host", "shop.example"],
      body: Buffer.alloc(0),
      isWhole: true,
    },
    answer: null,
    ...changes,
  };
}

export const HEAD: CorpusItem = { kind: "head", head: { source: "record", createdAt: 1, redacted: true } };
