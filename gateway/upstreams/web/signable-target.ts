import type { Target } from "../../http/target.ts";
import { UpstreamError } from "../upstream.ts";

/** A request target as Signature Version 4 looks at it. */
export interface SignableTarget {
  /** As it is sent, escapes and all. */
  readonly path: string;
  /** Decoded; a name without `=` has the empty value. */
  readonly query: Readonly<Record<string, string[]>>;
}

/** What signs a request in its query. AWS would not know which of two signatures counts. */
const SIGNS_ITSELF = /^x-amz-(?:algorithm|credential|date|expires|security-token|signature|signedheaders)$/i;

/**
 * Takes a target apart for signing, or throws an UpstreamError of kind `rejected` where the signature could not mean
 * the same to both sides: it would be refused, and a client could make the function look broken that way.
 */
export function signableTarget({ path, query }: Target): SignableTarget {
  const values = new Map<string, string[]>();
  for (const pair of (query ?? "").split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals));
    if (SIGNS_ITSELF.test(name)) throw unsignable("the query carries a signature of its own");
    // The signer keeps parameters in a plain object, where this one gets lost.
    if (name === "__proto__") throw unsignable("the query has a parameter named __proto__");
    const value = equals === -1 ? "" : decoded(pair.slice(equals + 1));
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { path: text(Buffer.from(path, "latin1")), query: Object.fromEntries(values) };
}

/** As AWS's services read queries: escapes are bytes of UTF-8, and `+` is a space. */
function decoded(part: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(part)) throw unsignable("the query has a bad escape");
  const bytes = part
    .replaceAll("+", " ")
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return text(Buffer.from(bytes, "latin1"));
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw unsignable("the target is not UTF-8");
  }
}

function unsignable(why: string): UpstreamError {
  return new UpstreamError("rejected", `this request cannot be signed: ${why}`);
}
