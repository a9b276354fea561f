import type { FlagSnapshot, RouteFlag } from "../flags/flag-source.ts";
import type { Rung } from "../flags/transitions.ts";
import type { AuditedMove } from "./audit-log.ts";

/** Which routes stand elsewhere in a newer version of the flags; null for a rung that the flags do not name. */
export function observedMoves(before: FlagSnapshot, after: FlagSnapshot): AuditedMove[] {
  const ids = new Set([...before.routes.keys(), ...after.routes.keys()]);
  const moves = [...ids].map((route) => ({
    route,
    from: rungOf(before.routes.get(route)),
    to: rungOf(after.routes.get(route)),
  }));
  return moves.filter(({ from, to }) => from?.stage !== to?.stage || from?.percent !== to?.percent);
}

function rungOf(flag: RouteFlag | undefined): Rung | null {
  if (flag === undefined) return null;
  const { stage, percent } = flag;
  return { stage, percent: stage === "canary" ? percent : null };
}
