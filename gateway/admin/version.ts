import { readFileSync } from "node:fs";

/** The version of this package; package.json is two folders up from the source and from the build alike. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const content: unknown = JSON.parse(text);
  const known = typeof content === "object" && content !== null && "version" in content;
  return known ? String(content.version) : "unknown";
}
