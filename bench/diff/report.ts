import type { Cell } from "./grid.ts";
import { REGRESSIONS } from "./regressions.ts";
import { CONTENDER_NAMES, SIZES } from "./trial.ts";

const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`.padStart(9);
const HEADINGS = CONTENDER_NAMES.map((name) => name.padStart(9)).join("");

/** The cells as tables, one for each number of triples, and what was not found. */
export function report(cells: readonly Cell[]): string {
  const lines = [`${REGRESSIONS.length} kinds of regression`, ""];
  for (const samples of SIZES) {
    lines.push(`after ${samples} triples`.padEnd(32) + `found: ${HEADINGS}   false alarms: ${HEADINGS}`);
    lines.push(...rowsOf(cells.filter((cell) => cell.samples === samples)), "");
  }
  for (const { noise, excess, missed, samples } of cells.filter(isWorthNaming))
    lines.push(
      `missed by the paired test after ${samples}: noise${percent(noise, 1)}, ${wordsOf(excess)}: ${missed.join(", ")}`,
    );
  return `${lines.join("\n")}\n`;
}

function rowsOf(cells: readonly Cell[]): string[] {
  const byPoint = Map.groupBy(
    cells,
    ({ noise, excess }) => `  noise${percent(noise, 1)}  ${wordsOf(excess)}`,
  );
  return [...byPoint]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, row]) => {
      const each = (show: (cell: Cell) => string) =>
        CONTENDER_NAMES.map((name) => show(row.find(({ contender }) => contender === name)!)).join("");
      const found = each((cell) => (cell.excess === 0 ? " ".repeat(9) : percent(cell.found, cell.trials)));
      return `${title.padEnd(39)}${found}                 ${each((cell) => percent(cell.falseAlarms, cell.noisyPlaces))}`;
    });
}

const isWorthNaming = ({ contender, samples, missed }: Cell) =>
  contender === "paired" && samples === SIZES.at(-1) && missed.length > 0;

function wordsOf(excess: number): string {
  if (excess === 0) return "no regression";
  return excess === 1 ? "always" : `+${excess * 100} points`;
}
