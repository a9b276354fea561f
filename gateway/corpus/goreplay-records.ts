import { linesOf } from "../audit/lines.ts";

/** One payload of a GoReplay file. */
export interface GoReplayRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Its first line: type, id, time, and for answers how long they took. */
  readonly meta: string;
  /** What follows; null when it is longer than what was asked for. */
  readonly payload: Buffer | null;
  /** False for a last one without a separator behind it. */
  readonly ended: boolean;
}

const SEPARATOR = Buffer.from("🐵🙈🙉");

/**
 * The payloads of a GoReplay file. A line that is the separator and nothing else ends one.
 * Source: https://github.com/buger/goreplay/wiki/Saving-and-Replaying-from-file
 */
export async function* goReplayRecords(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<GoReplayRecord> {
  let begun: { line: number; meta: string } | null = null;
  let parts: Buffer[] = [];
  let length = 0;
  const record = (ended: boolean): GoReplayRecord => {
    // The newline before the separator belongs to the separator.
    const payload = length > maxBytes ? null : Buffer.concat(parts.slice(0, -1));
    return { ...begun!, payload, ended };
  };
  for await (const line of linesOf(chunks, maxBytes + 1)) {
    if (line.bytes.equals(SEPARATOR)) {
      if (begun !== null) yield record(true);
      begun = null;
    } else if (begun === null) {
      if (line.length === 0) continue;
      [parts, length] = [[], 0];
      begun = { line: line.number, meta: line.bytes.toString("latin1", 0, 200) };
    } else {
      length += line.length + 1;
      if (length > maxBytes) parts = [];
      else parts.push(line.bytes, NEWLINE);
    }
  }
  if (begun !== null) yield record(false);
}

const NEWLINE = Buffer.from("\n");
