/** What a script can tell from a command's end; a verdict is the same in words. */
export const VERDICTS = {
  0: "ok",
  1: "no",
  2: "usage",
  3: "unknown",
  4: "unreachable",
  5: "refused",
  130: "interrupted",
} as const;
export type ExitCode = keyof typeof VERDICTS;
