/**
 * Header fields as they came over the wire: a flat list `[name, value, name, value, …]` that keeps order, case and
 * duplicates, in the shape of Node's `rawHeaders`. Strings hold one byte per character (latin1), so bytes ≥ 0x80 pass
 * unchanged.
 */
export type HeaderList = readonly string[];

/** The first value of a field, or undefined. `name` is lower-case. */
export function firstValue(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (isNamed(headers[i]!, name)) return headers[i + 1]!;
  }
  return undefined;
}

/** Every value of a field, in order. `name` is lower-case. */
export function allValues(headers: HeaderList, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (isNamed(headers[i]!, name)) values.push(headers[i + 1]!);
  }
  return values;
}

/** The list without the named fields. Names are lower-case. */
export function without(headers: HeaderList, names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (!names.has(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!);
  }
  return kept;
}

function isNamed(field: string, lowerCaseName: string): boolean {
  return field.length === lowerCaseName.length && field.toLowerCase() === lowerCaseName;
}

/** Fields that belong to one connection and never travel on (RFC 9110 §7.6.1, plus the two everyone still sends). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that `Connection` may nominate all it likes: dropping them would change framing, routing or trust. */
const NEVER_NOMINATED = new Set([
  "authorization",
  "content-encoding",
  "content-length",
  "content-type",
  "cookie",
  "expect",
  "forwarded",
  "host",
  "trailer",
  "traceparent",
  "tracestate",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
  "x-request-id",
]);

/**
 * The end-to-end fields: without the hop-by-hop ones and without whatever `Connection` nominates.
 * Source: RFC 9110 §7.6.1. A nomination never removes framing, routing or trust fields (request smuggling).
 */
export function endToEnd(headers: HeaderList): string[] {
  const nominated = nominatedFields(headers);
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || nominated?.has(name)) continue;
    kept.push(headers[i]!, headers[i + 1]!);
  }
  return kept;
}

/** What trailers may not say: framing, routing, trust, credentials, and how to read the content (RFC 9110 §6.5.1). */
const NOT_IN_TRAILERS = new Set([
  ...NEVER_NOMINATED,
  "cache-control",
  "content-range",
  "max-forwards",
  "range",
  "set-cookie",
  "transfer-encoding",
]);

/** Trailer fields that may be passed on; `_` look-alikes of the others do not pass either. */
export function passableTrailers(trailers: HeaderList): string[] {
  const kept: string[] = [];
  const fields = endToEnd(trailers);
  for (let i = 0; i < fields.length; i += 2) {
    if (NOT_IN_TRAILERS.has(fields[i]!.toLowerCase().replaceAll("_", "-"))) continue;
    kept.push(fields[i]!, fields[i + 1]!);
  }
  return kept;
}

function nominatedFields(headers: HeaderList): Set<string> | undefined {
  let nominated: Set<string> | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    if (isNamed(headers[i]!, "connection")) nominated = nominatedBy(headers[i + 1]!, nominated);
  }
  return nominated;
}

/** What a value of `Connection` nominates, with what others did; undefined for nothing. Names are lower-case. */
export function nominatedBy(value: string, before: Set<string> | undefined): Set<string> | undefined {
  let nominated = before;
  for (const token of value.split(",")) {
    const name = token.trim().toLowerCase();
    if (name === "" || name === "close" || name === "keep-alive" || NEVER_NOMINATED.has(name)) continue;
    nominated ??= new Set();
    nominated.add(name);
  }
  return nominated;
}
