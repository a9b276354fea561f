/** What differs from run to run, and how it is shown instead: the story reads the same on every machine. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}/g, "YYYY-MM-DD"],
  [/\b\d{2}:\d{2}\b/g, "hh:mm"],
  [/\b[\d.,]+ (?:milliseconds?|seconds?|minutes?)\b/g, "… seconds"],
  [/about \d+ of \d+ requests a minute/g, "about … of … requests a minute"],
];

/** The text without clock readings and durations. */
export function masked(text: string): string {
  return MASKS.reduce((line, [pattern, instead]) => line.replaceAll(pattern, instead), text);
}
