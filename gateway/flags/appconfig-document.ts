import { parseFlags } from "./document.ts";
import type { FlagSnapshot } from "./flag-source.ts";

export type ServedFlags =
  | { readonly ok: true; readonly text: string; readonly snapshot: FlagSnapshot }
  | { readonly ok: false; readonly problem: string };

const WANTED = "make a freeform profile whose JSON holds version, kill and routes, as a flag file does";

/** The flags of a configuration that AppConfig serves, or why they are none. Never throws. */
export function servedFlags(content: Uint8Array, contentType: string): ServedFlags {
  // Multi-variant flags come as Amazon Ion, for AWS's own agent to evaluate.
  if (/\bion\b/i.test(contentType)) {
    return { ok: false, problem: `it holds multi-variant feature flags (${contentType}): ${WANTED}` };
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return { ok: false, problem: `it is no UTF-8 text: ${WANTED}` };
  }
  if (isFeatureFlags(text)) return { ok: false, problem: `it is a feature-flag profile: ${WANTED}` };
  const parsed = parseFlags(text);
  if (parsed.ok) return { ok: true, text, snapshot: parsed.snapshot };
  return { ok: false, problem: `it holds no valid flags:\n${parsed.problems.join("\n")}` };
}

/** Feature flags are served flattened: `{"name": {"enabled": true, …}, …}`. */
function isFeatureFlags(text: string): boolean {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return false;
  }
  if (typeof content !== "object" || content === null) return false;
  const flags = Object.values(content);
  return flags.length > 0 && flags.every(isFeatureFlag);
}

function isFeatureFlag(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && "enabled" in value && typeof value.enabled === "boolean"
  );
}
