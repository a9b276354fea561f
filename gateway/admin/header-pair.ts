import { Refusal } from "./refusal.ts";

/** Name and value of a field as people write it: `Name: value`. */
export function headerPair(text: string): [string, string] {
  const colon = text.indexOf(":");
  if (colon > 0) return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  throw new Refusal("bad-request", `${JSON.stringify(text)} is no header: write "Name: value"`);
}
