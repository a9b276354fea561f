import { firstValue } from "../http/headers.ts";
import { addressed, carriedFields } from "./carried.ts";
import {
  type CorpusAnswer,
  type CorpusEntry,
  type CorpusItem,
  MAX_RECORD_BYTES,
  problemAt,
} from "./corpus.ts";
import { TOKEN } from "./entry-line.ts";
import { type GoReplayRecord, goReplayRecords } from "./goreplay-records.ts";
import { parseHttpMessage } from "./http-message.ts";
import { type CorpusSource, openInput } from "./input.ts";
import type { ReadLimits } from "./read-corpus.ts";

/** Requests that wait for their answers; GoReplay writes those when they come, among requests of others. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** Reads what GoReplay wrote to a file. Requests come in the order of the file, with their answers where it has them. */
export async function* importGoReplay(
  source: CorpusSource,
  limits: ReadLimits = {},
): AsyncGenerator<CorpusItem> {
  const input = openInput(source, limits.maxUnpackedBytes);
  const maxBytes = limits.maxRecordBytes ?? MAX_RECORD_BYTES;
  yield { kind: "head", head: { source: "goreplay", createdAt: null, redacted: false } };
  const waiting = new Waiting();
  let last = 0;
  for await (const record of goReplayRecords(input.chunks, maxBytes)) {
    last = record.line;
    const read = readRecord(record, maxBytes, (id) => waiting.methodOf(id));
    if ("problems" in read) for (const text of read.problems) yield problemAt(record.line, text);
    if ("request" in read && !waiting.add(read.request))
      yield problemAt(record.line, "a request of that id is waiting for its answer already; left out");
    if ("answer" in read && !waiting.answer(read.id, read.answer))
      yield problemAt(record.line, "this answers no request that came shortly before it; left out");
    yield* waiting.ready();
  }
  yield* waiting.all();
  const damage = input.damage();
  if (damage !== null) yield problemAt(last + 1, damage);
  else if (last === 0) yield problemAt(1, "the file is empty");
}

type Read = { readonly problems: readonly string[] } & (
  | { readonly request: CorpusEntry }
  | { readonly id: string; readonly answer: CorpusAnswer }
  | object
);

/** `1 <id> <nanoseconds>` is a request, `2 <id> <nanoseconds> <duration>` its answer, 3 what a replay was answered. */
function readRecord(
  { meta, payload, ended }: GoReplayRecord,
  maxBytes: number,
  methodOf: (id: string) => string | null,
): Read {
  const [, type, id = "", time = "", duration] =
    /^([123]) (\S{1,200}) (\d{1,19})(?: (-?\d{1,19}))?\s*$/.exec(meta) ?? [];
  const wrong = (text: string): Read => ({ problems: [`${text}; left out`] });
  if (type === undefined)
    return wrong("this is no payload of GoReplay: its first line is not `1 <id> <time>`");
  if (type === "3") return wrong("this is what a replay was answered, not what was answered then");
  if (payload === null) return wrong(`the payload has more than ${maxBytes} bytes`);
  const hasBody = (startLine: string) =>
    type === "1" || (methodOf(id) !== "HEAD" && !/^\S+ (?:1\d\d|204|304)\b/.test(startLine));
  const message = parseHttpMessage(payload, hasBody);
  if (message === null)
    return wrong(ended ? "the payload is no HTTP/1 message" : "the last payload is cut off");
  const problems: string[] = [];
  const headers = carriedFields(message.headers, (name) =>
    problems.push(`the field ${JSON.stringify(name)} cannot be sent; left out`),
  );
  const { body, isWhole } = message;
  if (!isWhole) problems.push("the body is not all there");
  if (type === "2") {
    const [, status] = /^HTTP\/1\.\d ([1-9]\d\d)(?: |$)/.exec(message.startLine) ?? [];
    if (status === undefined) return wrong("the payload is no answer of HTTP/1");
    const durationMs = duration === undefined ? null : Math.max(0, Number(duration) / 1e6);
    return { problems, id, answer: { status: Number(status), headers, body, isWhole, durationMs } };
  }
  const [, method = "", url = ""] = /^(\S+) (\S+) HTTP\/1\.\d$/.exec(message.startLine) ?? [];
  const place = url.startsWith("/") || url === "*" ? { target: url, host: null } : addressed(url);
  if (place === null || !TOKEN.test(method) || !/^(?:\/|\*$)/.test(place.target))
    return wrong("the payload is no request of HTTP/1");
  const host = firstValue(headers, "host") === undefined && place.host !== null ? ["Host", place.host] : [];
  const request = { method, target: place.target, headers: [...host, ...headers], body, isWhole };
  return {
    problems,
    request: { id, at: Number(time) / 1e6, session: null, route: null, request, answer: null },
  };
}

/** Requests in their order, each until its answer is there or too many wait. */
class Waiting {
  readonly #entries = new Map<string, CorpusEntry>();
  #bytes = 0;

  /** False when one of that id waits already. */
  add(entry: CorpusEntry): boolean {
    if (this.#entries.has(entry.id)) return false;
    this.#entries.set(entry.id, entry);
    this.#bytes += sizeOf(entry);
    return true;
  }

  methodOf(id: string): string | null {
    return this.#entries.get(id)?.request.method ?? null;
  }

  /** False when nobody waits for it. */
  answer(id: string, answer: CorpusAnswer): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.answer !== null) return false;
    this.#entries.set(id, { ...entry, answer });
    this.#bytes += answer.body.length;
    return true;
  }

  /** Those that need not wait any longer. */
  *ready(): Generator<CorpusItem> {
    for (const entry of this.#entries.values()) {
      const mayWait = this.#entries.size <= MAX_WAITING && this.#bytes <= MAX_WAITING_BYTES;
      if (entry.answer === null && mayWait) return;
      yield this.#taken(entry);
    }
  }

  *all(): Generator<CorpusItem> {
    for (const entry of this.#entries.values()) yield this.#taken(entry);
  }

  #taken(entry: CorpusEntry): CorpusItem {
    this.#entries.delete(entry.id);
    this.#bytes -= sizeOf(entry);
    return { kind: "entry", entry };
  }
}

function sizeOf({ request, answer }: CorpusEntry): number {
  return request.body.length + (answer?.body.length ?? 0) + 1000;
}
