import { linesOf } from "../audit/lines.ts";
import { type CorpusItem, CorpusError, MAX_RECORD_BYTES, problemAt } from "./corpus.ts";
import { parseEntry, parseHead } from "./entry-line.ts";
import { type CorpusSource, openInput } from "./input.ts";

export interface ReadLimits {
  readonly maxRecordBytes?: number;
  /** Bytes that a gzip file may unfold to. */
  readonly maxUnpackedBytes?: number;
}

/**
 * Reads a corpus, line by line; only the ids stay in memory. Throws a CorpusError for what is none, and for one of another
 * format; everything else that is wrong is a problem with its line, and reading goes on.
 */
export async function* readCorpus(source: CorpusSource, limits: ReadLimits = {}): AsyncGenerator<CorpusItem> {
  const { maxRecordBytes = MAX_RECORD_BYTES, maxUnpackedBytes } = limits;
  const input = openInput(source, maxUnpackedBytes);
  const ids = new Set<string>();
  let last = 0;
  for await (const { number, bytes, length, ended } of linesOf(input.chunks, maxRecordBytes)) {
    last = number;
    if (length > maxRecordBytes) {
      if (number === 1) throw new CorpusError("this is no corpus: its first line has no end");
      yield problemAt(
        number,
        `the line has ${length} bytes and may have ${maxRecordBytes}; record smaller bodies`,
      );
      continue;
    }
    if (number === 1) {
      const head = parseHead(bytes);
      if ("problem" in head) throw new CorpusError(head.problem);
      yield { kind: "head", head: head.ok };
      continue;
    }
    if (length === 0) continue;
    const parsed = parseEntry(bytes);
    if ("problem" in parsed) {
      const cutOff = ended
        ? parsed.problem
        : "the last line is cut off: whoever wrote it was stopped; the others are good";
      yield problemAt(number, cutOff);
    } else if (ids.has(parsed.ok.id)) {
      yield problemAt(
        number,
        `the id ${JSON.stringify(parsed.ok.id)} was there before; the first one counts`,
      );
    } else {
      ids.add(parsed.ok.id);
      yield { kind: "entry", entry: parsed.ok };
    }
  }
  const damage = input.damage();
  if (last === 0) throw new CorpusError(damage ?? "the file is empty: record or import something first");
  if (damage !== null) yield problemAt(last + 1, damage);
}
