import { flagsOfFeatures, isFeatureFlags } from "./appconfig-feature-flags.ts";
import { MAX_FLAG_BYTES, parseFlags } from "./document.ts";
import type { ReadFlags } from "./last-known-good.ts";

type ServedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

const WANTED = "make a freeform profile whose JSON holds version, kill and routes, as a flag file does";

/** The text of a configuration that AppConfig serves, or why there is none in it. Never throws. */
export function servedText(content: Uint8Array, contentType: string): ServedText {
  // Multi-variant flags come as Amazon Ion, for AWS's own agent to evaluate.
  if (/\bion\b/i.test(contentType)) {
    const problem = `it holds multi-variant feature flags in Amazon Ion (${contentType}): take the variants out, or ${WANTED}`;
    return { ok: false, problem };
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(content) };
  } catch {
    return { ok: false, problem: `it is no UTF-8 text: ${WANTED}` };
  }
}

/**
 * The flags that such a text holds: a flag document, from a freeform profile, or feature flags. Its own shape tells
 * which, as neither can be taken for the other: a document has a number for its `version`, and of feature flags each
 * is an object that is `enabled` or not. Never throws.
 */
export const servedFlags: ReadFlags = (text) => {
  const content = Buffer.byteLength(text) > MAX_FLAG_BYTES ? null : parsedJson(text);
  if (isFeatureFlags(content)) return flagsOfFeatures(content);
  if (isAuthored(content)) {
    const problem = `these are feature flags as they are written (version "1", flags, values), not as AppConfig serves them: store them in a profile of type AWS.AppConfig.FeatureFlags, or ${WANTED}`;
    return { ok: false, problems: [problem] };
  }
  return parseFlags(text);
};

/** What feature flags are stored as; a document's version is a number. */
function isAuthored(content: unknown): boolean {
  if (typeof content !== "object" || content === null) return false;
  return "version" in content && content.version === "1" && ("flags" in content || "values" in content);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
