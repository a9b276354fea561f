import { styleText } from "node:util";
import { visible } from "../config/problems.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Where text for people goes: how wide it is, and whether it has colors. */
export interface Screen {
  readonly columns: number;
  paint(style: Style, text: string): string;
}

/** A screen of the narrowest width that everything must be readable at, without colors. */
export const PLAIN_SCREEN: Screen = { columns: 80, paint: (_style, text) => text };

/** What a stream can show. NO_COLOR and pipes are respected by styleText. */
export function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    columns: stream.columns ?? PLAIN_SCREEN.columns,
    paint: (style, text) => styleText(style, text, { stream }),
  };
}

/** One value in a table or list; plain text unless it has a style. */
export type Cell = string | { readonly text: string; readonly style: Style };

const GAP = "  ";

/**
 * Rows under a head, aligned. Too wide for the screen, the widest column is cut until it fits. Cells come from
 * outside, so control characters are shown as escapes.
 */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], screen: Screen): string {
  const lines = [head.map((text): Cell => ({ text, style: "dim" })), ...rows];
  const widths = widthsOf(lines);
  while (total(widths) > screen.columns && Math.max(...widths) > 8)
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const fitted = cut(textOf(cell), widths[column]!);
          return painted(column === line.length - 1 ? fitted : fitted.padEnd(widths[column]!), cell, screen);
        })
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** How wide a table is when nothing of it is cut. */
export function widthOf(head: readonly string[], rows: readonly (readonly Cell[])[]): number {
  return total(widthsOf([head, ...rows]));
}

function widthsOf(lines: readonly (readonly Cell[])[]): number[] {
  return lines[0]!.map((_, column) => Math.max(...lines.map((line) => textOf(line[column]!).length)));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
}

/** Named values, one a line, aligned. */
export function list(items: readonly (readonly [name: string, value: Cell])[], screen: Screen): string {
  const width = Math.max(...items.map(([name]) => name.length));
  return items
    .map(
      ([name, value]) =>
        `  ${screen.paint("dim", name.padEnd(width))}${GAP}${painted(textOf(value), value, screen)}`,
    )
    .join("\n");
}

function textOf(cell: Cell): string {
  return visible(typeof cell === "string" ? cell : cell.text);
}

function painted(text: string, cell: Cell, screen: Screen): string {
  return typeof cell === "string" ? text : screen.paint(cell.style, text);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
