import type { IncomingHttpHeaders } from "node:http";

/** Fields the way of travelling decides, not the shop. */
const OF_THE_CONNECTION = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "set-cookie",
  "transfer-encoding",
]);

/** What legacy-mock/README.md says may differ between two equal answers, by name. */
const NONDETERMINISTIC = new Set(["generatedAt", "placedAt", "requestId", "tookMs", "updatedAt"]);

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

/**
 * All a client sees of an answer. Bodies are compared byte for byte, unless fields named in `masked` are in them; then as
 * JSON text without those, key order and all.
 */
export function comparable({ status, headers, cookies, body }: Seen, masked = NONDETERMINISTIC) {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
  const type = headers["content-type"] ?? "";
  const isJson = type.startsWith("application/json") && headers["content-encoding"] === undefined;
  return {
    status,
    headers: Object.fromEntries(kept.toSorted(([a], [b]) => a.localeCompare(b))),
    cookies: cookies.map((cookie) => cookie.replaceAll(UUID, "<uuid>")),
    body: isJson ? maskedText(body.toString(), masked) : body.toString("latin1"),
  };
}

function maskedText(text: string, masked: ReadonlySet<string>): string {
  const value: unknown = JSON.parse(text);
  return JSON.stringify(value, (name, part: unknown) => {
    if (masked.has(name)) return `<${typeof part}>`;
    return name === "tags" && Array.isArray(part)
      ? part.map(String).toSorted((a, b) => a.localeCompare(b))
      : part;
  });
}
