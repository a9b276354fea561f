import type { StickySource } from "../routes/route.ts";

const NAMED = ["header", "cookie", "query", "param", "new-cookie"] as const;
/** RFC 9110 §5.6.2: what names fields, and (RFC 6265 §4.1.1) cookies. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

export const STICKY_SOURCE = /^(?:address|(?:header|cookie|query|param|new-cookie):.+)$/;

/** `header:x-user-id`, `cookie:sid`, `query:u`, `param:id`, `address` or `new-cookie:banyan`; null for anything else. */
export function parseStickySource(text: string): StickySource | null {
  if (text === "address") return { from: "address" };
  const from = NAMED.find((kind) => text.startsWith(`${kind}:`));
  if (from === undefined) return null;
  const name = text.slice(from.length + 1);
  if (name === "" || (from !== "query" && !TOKEN.test(name))) return null;
  return { from, name: from === "header" ? name.toLowerCase() : name };
}
