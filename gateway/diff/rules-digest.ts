import { createHash } from "node:crypto";
import type { CompareRules } from "./rules.ts";

/** What tells two sets of rules apart: 16 hex digits, the same however the members of the rules are ordered. */
export function rulesDigest(rules: CompareRules): string {
  let digest = known.get(rules);
  if (digest === undefined) known.set(rules, (digest = digestOf(rules)));
  return digest;
}

/** Rules never change, and are asked for with every copy. */
const known = new WeakMap<CompareRules, string>();

function digestOf(rules: CompareRules): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(rules)))
    .digest("hex")
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, held]) => [name, sorted(held)]));
}
