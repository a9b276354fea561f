import { randomUUID } from "node:crypto";
import { allValues, firstValue, type HeaderList } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Params } from "../routes/pattern.ts";
import type { StickySource } from "../routes/route.ts";

/** What keeps a client on its side of a canary. */
export interface StickyKey {
  /** The value alone, not where it was found: a user id sent by header or by query lands in the same bucket. */
  readonly key: string;
  /** The Set-Cookie value that must go out with the answer, or null. */
  readonly setCookie: string | null;
}

/** What of a request can hold a key. */
type Keyed = Pick<GatewayRequest, "headers" | "target" | "client">;

const ONE_YEAR_S = 365 * 24 * 60 * 60;

/**
 * The key by the first source that has one, or null. An empty value counts as none. Only canaries need a key:
 * asking for one in other stages would hand out cookies for nothing.
 */
export function stickyKey(
  sources: readonly StickySource[],
  request: Keyed,
  params: Params,
  freshId: () => string = randomUUID,
): StickyKey | null {
  for (const source of sources) {
    const key = valueFrom(source, request, params);
    if (key) return { key, setCookie: null };
    if (source.from === "new-cookie") return withNewCookie(source.name, freshId(), request);
  }
  return null;
}

/** The value of one source, or undefined where the request has none. */
export function valueFrom(source: StickySource, request: Keyed, params: Params): string | undefined {
  if (source.from === "address") return request.client.address;
  return FINDERS[source.from](source.name, request, params);
}

type Finder = (name: string, request: Keyed, params: Params) => string | undefined;

const FINDERS: Readonly<Record<Exclude<StickySource["from"], "address">, Finder>> = {
  header: (name, { headers }) => decodedBytes(firstValue(headers, name.toLowerCase())?.trim()),
  cookie: (name, { headers }) => decodedBytes(cookieValue(headers, name)),
  "new-cookie": (name, { headers }) => decodedBytes(cookieValue(headers, name)),
  query: (name, { target }) => queryValue(target.query, name),
  param: (name, _request, params) => params[name],
};

function withNewCookie(name: string, key: string, { client }: Pick<GatewayRequest, "client">): StickyKey {
  const secure = client.protocol === "https" ? "; Secure" : "";
  return { key, setCookie: `${name}=${key}; Path=/; Max-Age=${ONE_YEAR_S}; HttpOnly; SameSite=Lax${secure}` };
}

/** The first cookie of exactly that name in any Cookie field, undecoded, without enclosing quotes (RFC 6265 §4.1.1). */
function cookieValue(headers: HeaderList, name: string): string | undefined {
  for (const field of allValues(headers, "cookie")) {
    if (!field.includes(name)) continue;
    for (const pair of field.split(";")) {
      const equals = pair.indexOf("=");
      if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
      return pair
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, "$1");
    }
  }
  return undefined;
}

const BEYOND_ASCII = /[\u0080-\u00ff]/;

/** Header strings hold one byte a character; most clients mean UTF-8 by them, as they do in a query. */
function decodedBytes(value: string | undefined): string | undefined {
  // ASCII is the same in both, and nearly everything is ASCII.
  if (value === undefined || !BEYOND_ASCII.test(value)) return value;
  return Buffer.from(value, "latin1").toString("utf8");
}

/** The first value of a query parameter, decoded as forms encode it: `+` is a space, a broken escape is itself. */
function queryValue(query: string | null, name: string): string | undefined {
  if (query === null) return undefined;
  const value = new URLSearchParams(decodedBytes(query)).get(name);
  return value ?? undefined;
}
