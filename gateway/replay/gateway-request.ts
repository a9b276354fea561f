import type { CorpusRequest } from "../corpus/corpus.ts";
import type { Clock } from "../clock.ts";
import { RequestBody } from "../http/body.ts";
import { endToEnd, firstValue, without, type HeaderList } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";
import { SHADOW_FIELD } from "../http/shadow-field.ts";
import { parseTarget } from "../http/target.ts";
import { continueTrace } from "../http/trace.ts";
import { isSafe } from "../routes/shadowing.ts";

/** What is said anew for each request: framing, and whether it is a copy. */
const SAID_ANEW: ReadonlySet<string> = new Set(["content-length", "trailer", "expect", SHADOW_FIELD]);

/**
 * A recorded request as upstreams take it; null when no client could have sent its target. Reads are marked as copies, so
 * that nobody mirrors or counts them again; writes are not, as whatever is only rehearsed would have no effect to be compared.
 */
export function gatewayRequest(
  id: string,
  { method, target: raw, headers, body }: CorpusRequest,
  clock: Clock,
): GatewayRequest | null {
  const target = parseTarget(raw);
  if (typeof target === "string") return null;
  const copy = isSafe(method) ? "read" : null;
  const receivedAt = clock.now();
  return {
    id,
    method,
    target,
    httpVersion: "1.1",
    host: firstValue(headers, "host") ?? "",
    headers: [
      ...without(endToEnd(headers), SAID_ANEW),
      ...(copy === null ? [] : [SHADOW_FIELD, copy]),
      ...(body.length === 0 ? [] : ["Content-Length", String(body.length)]),
    ],
    body: RequestBody.of(body),
    client: { address: "127.0.0.1", protocol: "http", viaTrustedProxy: false, port: 80 },
    trace: continueTrace(undefined, undefined, null),
    copy,
    receivedAt,
    startedAt: clock.elapsed(),
    signal: new AbortController().signal,
  };
}

/** Fields by name, which replace the recorded ones of that name. */
export type ReplacedFields = Readonly<Record<string, string>>;

export function withFields(headers: HeaderList, fields: ReplacedFields): HeaderList {
  const names = Object.keys(fields);
  if (names.length === 0) return headers;
  const rest = without(headers, new Set(names.map((name) => name.toLowerCase())));
  return [...rest, ...Object.entries(fields).flat()];
}
