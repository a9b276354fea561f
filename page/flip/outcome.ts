import type { Flipped } from "../../gateway/admin/contract.ts";
import { rungText } from "../../gateway/admin/rung-text.ts";
import { ApiProblem } from "../api/problem.ts";
import { forgetJudgements } from "../live/assessments.ts";
import { refresh } from "../live/live-status.ts";
import { say } from "../parts/announcement.tsx";

/** What a change came to, in one line; `done` is said of one that moves nothing. */
export function outcomeText({ made, moves, version, notes }: Flipped, done: string | null = null): string {
  const moved = moves.map(({ route, from, to }) => `${route}: ${rungText(from)} → ${rungText(to)}`);
  const what = made ? [done ?? "", ...moved, `flags ${version}`].filter(Boolean) : ["nothing had to change"];
  return [...what, ...notes].join(" · ");
}

/** Makes a change and says what came of it; null when it was refused, which is said as well. */
export async function perform(change: Promise<Flipped>, done: string | null = null): Promise<Flipped | null> {
  try {
    const flipped = await change;
    say(outcomeText(flipped, done), flipped.notes.length === 0 ? "good" : "bad");
    return flipped;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    say(problemText(error), "bad");
    return null;
  } finally {
    forgetJudgements();
    await refresh();
  }
}

export function problemText({ message, next }: ApiProblem): string {
  return next === null ? message : `${message} (next: ${next})`;
}
