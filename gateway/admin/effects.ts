import type { Rung } from "../flags/transitions.ts";
import type { Route } from "../routes/route.ts";
import { isSafe } from "../routes/shadowing.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { Move } from "./contract.ts";
import { findRoute, rungOf } from "./find-route.ts";
import { rungText } from "./rung-text.ts";

/** What moves mean for clients, in words, as far as it is known from the last minutes. */
export function effectsOf(parts: AdminParts, moves: readonly Move[]): string[] {
  return [...moves.flatMap((move) => trafficOf(parts, move)), ...leftBehind(parts, moves)];
}

function trafficOf(parts: AdminParts, { route, from, to }: Move): string[] {
  const { live } = parts;
  const [before, after] = [functionPercent(from), functionPercent(to)];
  const lines: string[] = [];
  if (before !== after) {
    const percent = Math.abs(after - before);
    const moved = `${route}: ${rounded(percent)} % of its clients move to ${after > before ? "the function" : "legacy"}`;
    const perMinute = live?.counters.of(route).perMinute;
    lines.push(`${moved}${rateText(perMinute, percent)}`);
  }
  if (to.stage === "shadow" && from.stage !== "shadow") {
    lines.push(`${route}: legacy answers everybody, and the function gets copies of what may be mirrored`);
    if (leavesWritesOut(findRoute(parts.table(), route))) {
      lines.push(`${route}: writes are not copied, because its shadow.writes says nothing of them`);
    }
  }
  if (to.stage === "retired") lines.push(`${route}: nobody answers any more when the function fails`);
  return lines;
}

/** Other routes of a moved route's group: their clients are now apart from these. */
function leftBehind(parts: AdminParts, moves: readonly Move[]): string[] {
  const { routes } = parts.table();
  return moves.flatMap(({ route, to }) => {
    const { group } = findRoute(parts.table(), route);
    const others = routes.filter(
      ({ id, group: of }) => of === group && id !== route && !moves.some((move) => move.route === id),
    );
    return others.flatMap((other) => {
      const rung = rungOf(other, parts.flags.current(), parts.clock.now());
      if (functionPercent(rung) === functionPercent(to)) return [];
      return [
        `${other.id}, of the same group (${group}), stays in ${rungText(rung)}; --group moves it along`,
      ];
    });
  });
}

/** Which share of the clients the function answers there. */
function functionPercent({ stage, percent }: Rung): number {
  if (stage === "canary") return percent ?? 0;
  return stage === "cutover" || stage === "retired" ? 100 : 0;
}

function leavesWritesOut({ methods, shadow }: Route): boolean {
  return shadow.writes === null && (methods === null || methods.some((method) => !isSafe(method)));
}

function rateText(perMinute: number | undefined, percent: number): string {
  if (perMinute === undefined) return "";
  if (perMinute === 0) return "; no requests came lately";
  return `, about ${rounded((perMinute * percent) / 100)} of ${rounded(perMinute)} requests a minute`;
}

function rounded(amount: number): string {
  return String(amount >= 10 ? Math.round(amount) : Math.round(amount * 1000) / 1000);
}
