import { firstValue, without } from "../http/headers.ts";
import { addressed, carriedFields } from "./carried.ts";
import { type CorpusAnswer, type CorpusItem, MAX_RECORD_BYTES, problemAt } from "./corpus.ts";
import { TOKEN } from "./entry-line.ts";
import { answeredBody, postedBody } from "./har-body.ts";
import { type HarEntry, harEntry } from "./har-schema.ts";
import { type CorpusSource, openInput } from "./input.ts";
import { jsonElements } from "./json-elements.ts";
import type { ReadLimits } from "./read-corpus.ts";

/** Everything in a HAR was sent by one client. */
const SESSION = "har";
/** A HAR shows content, so the coding that it had is not true any more. */
const CODING = new Set(["content-encoding"]);

/** Reads a HAR 1.2, entry by entry; a problem's line is the number of its entry. */
export async function* importHar(source: CorpusSource, limits: ReadLimits = {}): AsyncGenerator<CorpusItem> {
  const input = openInput(source, limits.maxUnpackedBytes);
  const maxBytes = limits.maxRecordBytes ?? MAX_RECORD_BYTES;
  const { elements, damage } = jsonElements(input.chunks, ["log", "entries"], maxBytes);
  yield { kind: "head", head: { source: "har", createdAt: null, redacted: false } };
  let last = 0;
  for await (const { number, bytes, length } of elements) {
    last = number;
    if (bytes === null) yield problemAt(number, `the entry has ${length} bytes and may have ${maxBytes}`);
    else yield* itemsOf(number, bytes);
  }
  const problem = input.damage() ?? damage();
  if (problem !== null) yield problemAt(last + 1, problem);
}

function itemsOf(number: number, bytes: Buffer): CorpusItem[] {
  const leftOut = (why: string) => [problemAt(number, `${why}; left out`)];
  const parsed = harEntry.safeParse(jsonOf(bytes));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return leftOut(`this is no HAR entry (${path.join(".")}: ${message})`);
  }
  const har = parsed.data;
  const { method, url } = har.request;
  const notSent = whyNotSent(har);
  if (notSent !== null) return leftOut(notSent);
  const place = addressed(url);
  if (place === null || !TOKEN.test(method))
    return leftOut(`${JSON.stringify(`${method} ${url}`.slice(0, 80))} is no HTTP request`);

  const unfit = new Set<string>();
  const written = pairsOf(har.request);
  const headers = carriedFields(written, (name) => unfit.add(name));
  // In HTTP/2 the host is in a pseudo field.
  const host =
    firstValue(headers, "host") === undefined ? (firstValue(written, ":authority") ?? place.host) : null;
  const body = postedBody(har.request);
  const startedAt = Date.parse(har.startedDateTime ?? "");
  const entry = {
    id: `har-${number}`,
    at: Number.isNaN(startedAt) ? null : startedAt,
    session: SESSION,
    route: null,
    request: {
      method,
      target: place.target,
      headers: host === null ? headers : ["Host", host, ...headers],
      ...body,
    },
    answer: answerOf(har, (name) => unfit.add(name)),
    ...har._banyan,
  };
  const problems = [
    ...(body.isWhole
      ? []
      : ["the HAR does not have all bytes of the request's body: it cannot be sent again"]),
    ...[...unfit].map((name) => `the field ${JSON.stringify(name.slice(0, 60))} cannot be sent; left out`),
  ];
  return [{ kind: "entry", entry }, ...problems.map((text) => problemAt(number, text))];
}

function pairsOf({ headers }: Pick<HarEntry["request"], "headers">): string[] {
  return headers?.flatMap(({ name, value }) => [name, value ?? ""]) ?? [];
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Why an entry is no request that a server got; null when it is one. */
function whyNotSent({ request, response, ...entry }: HarEntry): string | null {
  if (
    entry._resourceType === "websocket" ||
    entry._webSocketMessages ||
    /^wss?:/i.test(request.url) ||
    response?.status === 101
  )
    return "a WebSocket cannot be sent again";
  if (!/^https?:/i.test(request.url))
    return `${/^[\w-]{1,30}:/.exec(request.url)?.[0] ?? "this"} is nothing that a server is asked for`;
  if (entry._fromCache) return `the browser answered from its cache (${entry._fromCache.slice(0, 30)})`;
  if (response && response.status >= 100 && response._transferSize === 0)
    return "the browser answered from its cache (nothing went over the wire)";
  return null;
}

/** Null when there was none: browsers write the status 0 then. */
function answerOf(har: HarEntry, unfit: (name: string) => void): CorpusAnswer | null {
  const { response, time, timings } = har;
  if (!response || !Number.isInteger(response.status) || response.status < 100 || response.status > 999)
    return null;
  const fields = carriedFields(pairsOf(response), unfit);
  const wait = timings?.wait ?? time ?? -1;
  return {
    status: response.status,
    headers: without(fields, CODING),
    ...answeredBody(response),
    durationMs: wait < 0 ? null : wait,
  };
}
