import type { Flipped } from "../admin/contract.ts";
import { rungText } from "../admin/rung-text.ts";
import { visible } from "../config/problems.ts";
import { table, type Screen } from "./screen.ts";

/** What a flip, promote or rollback did, or would do, for people. */
export function changedText(flipped: Flipped, screen: Screen): string {
  const { moves, made, dryRun, previousVersion, version, killed, effects, notes } = flipped;
  if (moves.length === 0) return `nothing to change (flags ${version})`;
  const rows = moves.map(({ route, from, to }) => [route, rungText(from), "→", rungText(to)]);
  const [, ...lines] = table(["", "", "", ""], rows, screen).split("\n");
  lines.push(...effects.map(visible), ...notes.map((note) => screen.paint("yellow", visible(note))));
  if (made) lines.push(`flags ${previousVersion} → ${version}`);
  if (dryRun) lines.push(`nothing was written (flags ${version})`);
  if (killed)
    lines.push(screen.paint("yellow", "the kill switch is on: until it is off, everything goes to legacy"));
  return lines.join("\n");
}
