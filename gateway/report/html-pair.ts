import { markup } from "./markup.ts";
import type { SafeText } from "./safe-template.ts";

/** Two values under the names of their sides. */
export function sideBySide(
  [left, right]: readonly [string, string],
  [ours, theirs]: readonly [SafeText, SafeText],
): SafeText {
  return markup`<dl class="pair"><div><dt>${left}</dt><dd>${ours}</dd></div><div><dt>${right}</dt><dd>${theirs}</dd></div></dl>`;
}

/** What stood there; nothing is not the same as an empty text. */
export function value(text: string | null): SafeText {
  return text === null ? markup`<span class="nothing">nothing</span>` : markup`<pre>${text}</pre>`;
}
