import type { CorpusAnswer, CorpusEntry, CorpusRequest } from "../../../gateway/corpus/corpus.ts";

export interface EntryParts extends Partial<Omit<CorpusEntry, "id" | "request" | "answer">> {
  readonly request?: Partial<CorpusRequest>;
  readonly answer?: Partial<CorpusAnswer>;
}

/** A recorded request with the parts a test cares about. */
export function anEntry(id: string, parts: EntryParts = {}): CorpusEntry {
  const { request, answer, ...rest } = parts;
  return {
    id,
    at: null,
    session: null,
    route: null,
    ...rest,
    request: {
      method: "GET",
      target: "/items/1",
      headers: ["Host", "shop.example.com"],
      body: Buffer.alloc(0),
      isWhole: true,
      ...request,
    },
    answer:
      answer === undefined
        ? null
        : { status: 200, headers: [], body: Buffer.alloc(0), isWhole: true, durationMs: null, ...answer },
  };
}

/** The same entries as often as they are read. */
export function corpusOf(entries: Iterable<CorpusEntry>): () => AsyncIterable<CorpusEntry> {
  return async function* () {
    yield* entries;
  };
}
