import type { Progress } from "../replay/progress.ts";

const BAR = 24;

/** Shows how far a run has come on one line of a terminal; says nothing elsewhere, and in CI. */
export function progressLine(stream: NodeJS.WriteStream, isShown: boolean) {
  const write = (text: string) => void (isShown && stream.write(`\r\x1b[2K${text}`));
  return {
    show: (progress: Progress) => write(progressText(progress)),
    clear: () => write(""),
  };
}

/** `[######······] 1200/4800  310/s  12 s left  mismatch 3`. */
export function progressText({ done, total, perSecond, leftMs, outcomes }: Progress): string {
  const filled = total === 0 ? BAR : Math.round((BAR * done) / total);
  const bar = "#".repeat(filled) + "·".repeat(BAR - filled);
  const left = leftMs === null || done === total ? "" : `  ${Math.ceil(leftMs / 1000)} s left`;
  const mismatches = outcomes["mismatch"] === undefined ? "" : `  mismatch ${outcomes["mismatch"]}`;
  return `[${bar}] ${done}/${total}  ${Math.round(perSecond)}/s${left}${mismatches}`;
}
