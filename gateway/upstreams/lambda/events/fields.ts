import { firstValue } from "../../../http/headers.ts";
import type { GatewayRequest } from "../../../http/request.ts";
import { utf8 } from "./wire-text.ts";

/** A name as it was first written, and every value it had, in order. */
export type Fields = ReadonlyMap<string, { readonly name: string; readonly values: readonly string[] }>;

/**
 * Hands out the request's fields as events have them, in their order. `Expect` concerned the hop to the gateway;
 * `X-Amzn-Trace-Id` is the gateway's own unless a trusted proxy set it, because AWS charges and samples by it.
 */
export function eachField(
  { headers, trace, client }: GatewayRequest,
  take: (lowerCase: string, value: string, asWritten: string) => void,
): void {
  let isTraced = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const key = name.toLowerCase();
    if (key === "expect") continue;
    if (key === TRACE_ID) {
      if (!client.viaTrustedProxy) continue;
      isTraced = true;
    }
    take(key, utf8(headers[i + 1]!), name);
  }
  if (isTraced) return;
  const { traceId } = trace;
  take(TRACE_ID, `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)}`, "X-Amzn-Trace-Id");
}

/** The same by lower-case name. */
export function fieldsOf(request: GatewayRequest): Fields {
  const fields = new Map<string, { name: string; values: string[] }>();
  eachField(request, (key, value, name) => {
    const field = fields.get(key);
    if (field === undefined) fields.set(key, { name, values: [value] });
    else field.values.push(value);
  });
  return fields;
}

const TRACE_ID = "x-amzn-trace-id";

/** One text a field. Nothing is inherited, so that `__proto__` is a name like any other. */
type Texts = Record<string, string>;

/** Its prototype is empty instead of none, as V8 is slower with objects that have none. */
class NoTexts {
  [name: string]: string;
}
Reflect.deleteProperty(NoTexts.prototype, "constructor");
Object.setPrototypeOf(NoTexts.prototype, null);

export function noTexts(): Texts {
  return new NoTexts();
}

/** Adds a value, behind a comma where the name has one already. */
export function addText(texts: Texts, name: string, value: string): void {
  const before = texts[name];
  texts[name] = before === undefined ? value : `${before},${value}`;
}

/** One text a field. Entries become own properties whatever their name, `__proto__` included. */
export function record<V>(
  fields: Fields,
  keyOf: (lowerCase: string, asWritten: string) => string,
  valueOf: (values: readonly string[]) => V,
): Record<string, V> {
  const entries = [...fields].map(([key, { name, values }]) => [keyOf(key, name), valueOf(values)] as const);
  return Object.fromEntries(entries);
}

/** The query's parameters, decoded, in the order of their first appearance. */
export function queryOf(query: string | null): Fields {
  return grouped(query === null || query === "" ? [] : new URLSearchParams(utf8(query)));
}

/** The same as texts; undefined where there are none. */
export function queryTexts(query: string | null): Texts | undefined {
  if (query === null || query === "") return undefined;
  let texts: Texts | undefined;
  for (const [name, value] of new URLSearchParams(utf8(query))) addText((texts ??= noTexts()), name, value);
  return texts;
}

/** The same as they were written: a load balancer does not decode them. */
export function rawQueryOf(query: string | null): Fields {
  const pairs = utf8(query ?? "")
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair): [string, string] => {
      const equals = pair.indexOf("=");
      return equals === -1 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
    });
  return grouped(pairs);
}

function grouped(pairs: Iterable<[string, string]>): Fields {
  const fields = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of pairs) {
    const field = fields.get(name);
    if (field === undefined) fields.set(name, { name, values: [value] });
    else field.values.push(value);
  }
  return fields;
}

export const last = (values: readonly string[]): string => values.at(-1)!;
export const all = (values: readonly string[]): readonly string[] => values;
export const lowerCase = (name: string): string => name;
export const asWritten = (_lowerCase: string, name: string): string => name;

/** The client's User-Agent, or an empty text. */
export function userAgentOf({ headers }: GatewayRequest): string {
  return utf8(firstValue(headers, "user-agent") ?? "");
}
