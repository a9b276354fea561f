import { nominatedBy, without, type HeaderList } from "./headers.ts";
import { SHADOW_FIELD } from "./shadow-field.ts";

/** What ingress has to know of a request's fields, and those that go on as they came: noted in one pass over them. */
export interface NotedFields {
  hosts: number;
  /** Of several fields of one name, the first one's value. */
  host: string | undefined;
  contentLength: string | undefined;
  maxForwards: string | undefined;
  traceparent: string | undefined;
  tracestate: string | undefined;
  forwardedProto: string | undefined;
  forwardedHost: string | undefined;
  forwardedPort: string | undefined;
  mark: string | undefined;
  hasRequestId: boolean;
  /** All values, in their order. */
  codings: string[] | undefined;
  expectations: string[] | undefined;
  via: string[] | undefined;
  forwarded: string[] | undefined;
  forwardedFor: string[] | undefined;
  /**
   * End-to-end fields as they came. Left out are those that the gateway writes itself: Host, the trace, the forwarded
   * fields; and what only a listed proxy may say, unless it does.
   */
  kept: string[];
}

/** How fields are to be read. */
export interface Reading {
  readonly httpVersion: string;
  /** True for a peer whose fields are believed. */
  readonly trusted: boolean;
  /** True where this gateway counts Max-Forwards down. */
  readonly counted: boolean;
}

/** Fields that some step asks for, or that do not pass. All others go on without a look at their value. */
const NOTED = [
  "host",
  "content-length",
  "max-forwards",
  "traceparent",
  "tracestate",
  "x-request-id",
  "via",
  "expect",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-real-ip",
  SHADOW_FIELD,
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "te",
  "transfer-encoding",
  "upgrade",
] as const;

const NAMES: ReadonlyMap<string, (typeof NOTED)[number]> = new Map(NOTED.map((name) => [name, name]));

/** First letter → the lengths of noted names that begin with it, one bit each: most fields need no second look. */
const LENGTHS = new Uint32Array(128);
for (const name of NOTED) LENGTHS[name.charCodeAt(0)]! |= 1 << name.length;

function mayBeNoted(name: string): boolean {
  const lengths = LENGTHS[(name.charCodeAt(0) | 0x20) & 0x7f]!;
  return name.length < 32 && (lengths & (1 << name.length)) !== 0;
}

/** `_` look-alikes of these become them in CGI-style servers, where `_` and `-` are one (X_Forwarded_For). */
const SPOOFABLE: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "host",
  "connection",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-real-ip",
  SHADOW_FIELD,
]);

/** Reads a request's fields, once. */
export function notedFields(fields: HeaderList, { httpVersion, trusted, counted }: Reading): NotedFields {
  const noted: NotedFields = {
    hosts: 0,
    host: undefined,
    contentLength: undefined,
    maxForwards: undefined,
    traceparent: undefined,
    tracestate: undefined,
    forwardedProto: undefined,
    forwardedHost: undefined,
    forwardedPort: undefined,
    mark: undefined,
    hasRequestId: false,
    codings: undefined,
    expectations: undefined,
    via: undefined,
    forwarded: undefined,
    forwardedFor: undefined,
    kept: [],
  };
  const { kept } = noted;
  let nominated: Set<string> | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    const field = fields[i]!;
    const value = fields[i + 1]!;
    if (!mayBeNoted(field)) {
      kept.push(field, value);
      continue;
    }
    const lower = field.toLowerCase();
    const name = NAMES.get(lower);
    switch (name) {
      case undefined:
        if (lower.includes("_") && SPOOFABLE.has(lower.replaceAll("_", "-"))) continue;
        break;
      case "host":
        noted.hosts += 1;
        noted.host ??= value;
        continue;
      case "content-length":
        noted.contentLength ??= value;
        break;
      case "max-forwards":
        noted.maxForwards ??= value;
        kept.push(field, counted ? countedDown(value) : value);
        continue;
      case "traceparent":
        noted.traceparent ??= value;
        continue;
      case "tracestate":
        noted.tracestate ??= value;
        continue;
      case "x-request-id":
        noted.hasRequestId = true;
        break;
      case "via":
        noted.via = added(noted.via, value);
        break;
      case "expect":
        noted.expectations = added(noted.expectations, value);
        // HTTP/1.0 knows no expectations (RFC 9110 §10.1.1).
        if (httpVersion === "1.0") continue;
        break;
      case "forwarded":
        noted.forwarded = added(noted.forwarded, value);
        continue;
      case "x-forwarded-for":
        noted.forwardedFor = added(noted.forwardedFor, value);
        continue;
      case "x-forwarded-proto":
        noted.forwardedProto ??= value;
        continue;
      case "x-forwarded-host":
        noted.forwardedHost ??= value;
        continue;
      case "x-forwarded-port":
        noted.forwardedPort ??= value;
        continue;
      case "x-real-ip":
        // A trusted proxy may have its reasons to send that.
        if (!trusted) continue;
        break;
      case SHADOW_FIELD:
        noted.mark ??= value;
        // From strangers it does not go on: a function would only pretend to do what its client asked for.
        if (!trusted) continue;
        break;
      case "transfer-encoding":
        noted.codings = added(noted.codings, value);
        continue;
      case "connection":
        nominated = nominatedBy(value, nominated);
        continue;
      case "keep-alive":
      case "proxy-connection":
      case "proxy-authenticate":
      case "te":
      case "upgrade":
        continue;
      default:
        name satisfies never;
    }
    kept.push(field, value);
  }
  if (nominated === undefined) return noted;
  if (nominated.has(SHADOW_FIELD)) noted.mark = undefined;
  noted.kept = without(kept, nominated);
  return noted;
}

function added(values: string[] | undefined, value: string): string[] {
  if (values === undefined) return [value];
  values.push(value);
  return values;
}

function countedDown(value: string): string {
  return /^[0-9]{1,9}$/.test(value) ? String(Number(value) - 1) : value;
}
