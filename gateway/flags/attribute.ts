import { firstValue } from "../http/headers.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Params } from "../routes/pattern.ts";
import { valueFrom } from "./sticky-key.ts";

/** What of a request rules and keys look at. */
export type Targeted = Pick<GatewayRequest, "headers" | "target" | "client" | "host">;

/** Where a rule finds the value that it compares. */
export type Attribute =
  | { readonly from: "header" | "cookie" | "query" | "param" | "claim"; readonly name: string }
  | { readonly from: "address" | "host" };

const NAMED = ["header", "cookie", "query", "param", "claim"] as const;

/** `header:x-beta`, `cookie:plan`, `query:u`, `param:id`, `claim:tenant`, `address` or `host`; null for anything else. */
export function parseAttribute(text: string): Attribute | null {
  if (text === "address" || text === "host") return { from: text };
  const from = NAMED.find((kind) => text.startsWith(`${kind}:`));
  if (from === undefined) return null;
  const name = text.slice(from.length + 1);
  if (name === "") return null;
  return { from, name: from === "header" ? name.toLowerCase() : name };
}

/** The value, or undefined where the request has none. */
export function attributeOf(attribute: Attribute, request: Targeted, params: Params): string | undefined {
  switch (attribute.from) {
    case "host":
      return request.host.replace(/:\d*$/, "").toLowerCase();
    case "claim":
      return claimOf(attribute.name, request);
    case "address":
      return request.client.address;
    default:
      return valueFrom({ from: attribute.from, name: attribute.name }, request, params);
  }
}

/**
 * A claim of the bearer token, which nobody has verified here: like a header or a cookie, it is what the client says of
 * itself, and good for choosing a side, not for granting anything.
 */
function claimOf(name: string, { headers }: Targeted): string | undefined {
  const [, payload] =
    /^bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(firstValue(headers, "authorization") ?? "") ?? [];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const [, claim] = Object.entries(claims ?? {}).find(([key]) => key === name) ?? [];
    return typeof claim === "object" || claim === undefined ? undefined : String(claim);
  } catch {
    return undefined;
  }
}
