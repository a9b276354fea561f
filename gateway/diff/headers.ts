import type { HeaderList } from "../http/headers.ts";
import { normalForm } from "./field-value.ts";
import type { Findings } from "./findings.ts";
import { areNearDates } from "./http-date.ts";
import { escapeStep, type PlaceRules } from "./places.ts";

/**
 * Fields that say who answered, when and over which connection, but nothing of the answer. Never compared; the list is
 * closed, and a route's rules add to it.
 */
const NEVER_COMPARED = new Set([
  // One connection's (RFC 9110 §7.6.1), and the length of what is compared itself.
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // When, and how long it took.
  "age",
  "date",
  "server-timing",
  "x-response-time",
  "x-runtime",
  // Who.
  "alt-svc",
  "server",
  "via",
  "x-cache",
  "x-powered-by",
  "x-served-by",
  // The ids of one request.
  "b3",
  "request-id",
  "traceparent",
  "tracestate",
  "x-amz-apigw-id",
  "x-amz-cf-id",
  "x-amz-cf-pop",
  "x-amz-request-id",
  "x-amzn-requestid",
  "x-amzn-trace-id",
  "x-b3-sampled",
  "x-b3-spanid",
  "x-b3-traceid",
  "x-cloud-trace-context",
  "x-correlation-id",
  "x-request-id",
  "x-trace-id",
]);

/** An answer's fields by lower-case name, each with its lines in order. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** The fields that are judged: all but those that are never compared. */
export function judgedFields(headers: HeaderList): Fields {
  const fields = new Map<string, string[]>();
  for (let n = 0; n + 1 < headers.length; n += 2) {
    const name = headers[n]!.toLowerCase();
    if (NEVER_COMPARED.has(name)) continue;
    const lines = fields.get(name);
    if (lines) lines.push(headers[n + 1]!);
    else fields.set(name, [headers[n + 1]!]);
  }
  return fields;
}

/** True when the fields are the same to the byte. The order of fields of different names means nothing (RFC 9110 §5.3). */
export function areSameFields(primary: Fields, candidate: Fields): boolean {
  if (primary.size !== candidate.size) return false;
  for (const [name, lines] of primary) {
    if (!areSameLines(lines, candidate.get(name) ?? [])) return false;
  }
  return true;
}

function areSameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, n) => line === b[n]);
}

/** Compares all fields but Set-Cookie. `place` are the rules of `header`. */
export function compareHeaders(
  primary: Fields,
  candidate: Fields,
  ignored: readonly string[],
  place: PlaceRules,
  findings: Findings,
): void {
  for (const name of new Set([...primary.keys(), ...candidate.keys()])) {
    if (name === "set-cookie" || ignored.includes(name)) continue;
    const [p, c] = [primary.get(name), candidate.get(name)];
    if (p && c && isSameValue(name, p, c)) continue;
    findings.texts(
      `header/${escapeStep(name)}`,
      place.below(name),
      p?.join(", ") ?? null,
      c?.join(", ") ?? null,
    );
  }
}

function isSameValue(name: string, primary: readonly string[], candidate: readonly string[]): boolean {
  if (areSameLines(primary, candidate)) return true;
  // Both sides count from their own now, and the copy is asked a moment later.
  if (name === "expires" && areNearDates(primary.join(), candidate.join())) return true;
  return normalForm(name, primary) === normalForm(name, candidate);
}
