import { GATED_STAGES, type GatedStage } from "../evidence/gate.ts";
import { goesUp } from "../flags/transitions.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { Move } from "./contract.ts";
import { Refusal } from "./refusal.ts";
import { liveReport } from "./report.ts";

/** A move up that evidence does not speak for, and why. */
export interface Unproven {
  readonly route: string;
  readonly to: GatedStage;
  /** For people. */
  readonly says: string;
}

/** The moves that ask for evidence and have none that says yes. Never rejects: what cannot be read proves nothing. */
export async function unproven(parts: AdminParts, moves: readonly Move[]): Promise<Unproven[]> {
  const asking = moves.flatMap(({ route, from, to }) => {
    const stage = GATED_STAGES.find((gated) => gated === to.stage);
    return stage !== undefined && goesUp(from, to) ? [{ route, to: stage }] : [];
  });
  const found = await Promise.all(asking.map(async (move) => ({ ...move, says: await doubt(parts, move) })));
  return found.flatMap(({ says, ...move }) => (says === null ? [] : [{ ...move, says }]));
}

/** What speaks against a move; null when nothing does. */
async function doubt(
  parts: AdminParts,
  { route, to }: { readonly route: string; readonly to: GatedStage },
): Promise<string | null> {
  try {
    const { routes } = await liveReport(parts, { routes: [route], to });
    const { verdict, checks } = routes[0]!.assessment;
    if (verdict === "yes") return null;
    const reasons = checks.filter((check) => check.verdict === verdict).map(({ says }) => says);
    const word = verdict === "no" ? "evidence says no" : "too little is known";
    return `${word}: ${reasons.slice(0, 2).join("; ")}`;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
