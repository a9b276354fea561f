import type { EvaluationContext } from "@openfeature/server-sdk";
import type { Asking } from "../flags/decide.ts";

/** The part of an Asking that an evaluation context stands for. */
type ContextRequest = Pick<Asking, "key" | "request" | "params">;

/**
 * The request that a context describes, in the words of rules: `targetingKey` is the sticky key, and `header:x-beta`,
 * `cookie:plan`, `query:u`, `param:id`, `claim:tenant`, `address` and `host` are what rules call so. Values are texts,
 * numbers or booleans; everything else is about something else.
 */
export function contextRequest(context: EvaluationContext): ContextRequest {
  const text = (name: string) => textOf(context[name]) ?? "";
  const query = new URLSearchParams(named("query", context)).toString();
  const params = Object.fromEntries(named("param", context));
  // As routes have them: what is not there must not be found on a prototype.
  Object.setPrototypeOf(params, null);
  return {
    key: text("targetingKey") || null,
    request: {
      headers: [
        ...named("header", context).flatMap(([name, value]) => [name, onTheWire(value)]),
        ...named("cookie", context).flatMap(([name, value]) => ["cookie", onTheWire(`${name}=${value}`)]),
        ...bearerOf(named("claim", context)),
      ],
      target: { raw: `/?${query}`, path: "/", query },
      client: { address: text("address"), protocol: "https", viaTrustedProxy: false, port: 443 },
      host: text("host"),
    },
    params,
  };
}

/** What the context calls `kind:name`, by its name. */
function named(kind: string, context: EvaluationContext): [name: string, value: string][] {
  return Object.entries(context).flatMap(([key, value]) => {
    const text = textOf(value);
    return text === null || !key.startsWith(`${kind}:`) ? [] : [[key.slice(kind.length + 1), text]];
  });
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** Header strings hold one byte a character. */
function onTheWire(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Rules read claims from a bearer token, and no signature. */
function bearerOf(claims: readonly [string, string][]): string[] {
  if (claims.length === 0) return [];
  const payload = Buffer.from(JSON.stringify(Object.fromEntries(claims))).toString("base64url");
  return ["authorization", `Bearer e30.${payload}.`];
}
