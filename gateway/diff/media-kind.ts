/** How a body is compared. */
export type BodyKind = "json" | "html" | "xml" | "form" | "text" | "bytes";

const KINDS: Readonly<Record<string, BodyKind>> = {
  "application/json": "json",
  "text/json": "json",
  "text/html": "html",
  "application/xml": "xml",
  "text/xml": "xml",
  "application/x-www-form-urlencoded": "form",
  // One JSON text a line.
  "application/jsonl": "text",
  "application/x-ndjson": "text",
  "application/ecmascript": "text",
  "application/graphql": "text",
  "application/javascript": "text",
  "application/sql": "text",
  "application/toml": "text",
  "application/x-yaml": "text",
  "application/yaml": "text",
};

/** The kind that a media type stands for (lower-case, without parameters), or null when there is none. */
export function kindOf(essence: string): BodyKind | null {
  if (!essence.includes("/")) return null;
  if (Object.hasOwn(KINDS, essence)) return KINDS[essence]!;
  // Structured syntax suffixes (RFC 6839).
  if (essence.endsWith("+json")) return "json";
  if (essence.endsWith("+xml")) return "xml";
  return essence.startsWith("text/") ? "text" : "bytes";
}
