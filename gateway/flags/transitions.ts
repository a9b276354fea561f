import { STAGES, type Stage } from "../routes/route.ts";

/** A place on the ladder. */
export interface Rung {
  readonly stage: Stage;
  /** Share of clients that the function answers, in percent; only a canary has one. */
  readonly percent: number | null;
}

/**
 * What `promote` flips to: one rung up, or null at the top. A percentage stays with it whatever the rung, so that one
 * which makes no sense there is refused: whoever asks for 7 % must never get everybody.
 */
export function rungAbove(stage: Stage, percent: number | null): Rung | null {
  const above = STAGES[STAGES.indexOf(stage) + 1];
  return above === undefined ? null : { stage: above, percent };
}

/**
 * What `rollback` flips to: one rung down, or null at the bottom. A cutover rolled back without a percentage goes to
 * shadow, the next rung that needs none: going back is never refused for want of a number.
 */
export function rungBelow(stage: Stage, percent: number | null): Rung | null {
  const below = STAGES[STAGES.indexOf(stage) - 1];
  if (below === undefined) return null;
  return rung(below === "canary" && percent === null ? "shadow" : below, percent);
}

function rung(stage: Stage, percent: number | null): Rung {
  return { stage, percent: stage === "canary" ? percent : null };
}

/** True when a move gives the function more than it had. */
export function goesUp(from: Rung, to: Rung): boolean {
  const rungs = STAGES.indexOf(to.stage) - STAGES.indexOf(from.stage);
  return rungs > 0 || (rungs === 0 && (to.percent ?? 0) > (from.percent ?? 0));
}

/**
 * Why a flip is not legal, in words that say what to do, or null when it is. Down is always legal, any number of
 * rungs; up is one rung at a time unless forced; nothing but a cutover can be retired, force or not.
 */
export function flipRefusal(from: Stage, to: Rung, { force = false } = {}): string | null {
  const wrongPercent = percentProblem(to);
  if (wrongPercent !== null) return wrongPercent;
  const rungsUp = STAGES.indexOf(to.stage) - STAGES.indexOf(from);
  if (rungsUp <= 1) return null;
  if (to.stage === "retired") {
    return `only a cutover can be retired, and this route is in ${from}: flip it to cutover first`;
  }
  if (force) return null;
  const next = STAGES[STAGES.indexOf(from) + 1]!;
  return `${from} → ${to.stage} skips a rung: flip it to ${next} first, or force the flip and say why`;
}

function percentProblem({ stage, percent }: Rung): string | null {
  if (stage !== "canary") {
    return percent === null ? null : `${stage} takes no percentage: leave it out, or flip to canary`;
  }
  if (percent === null) return "canary needs a percentage: say which share of clients, such as 5";
  if (!(percent > 0 && percent <= 100)) {
    return `canary takes a percentage above 0 and up to 100, not ${percent}: to send no one to the function, flip to shadow`;
  }
  return isStep(percent)
    ? null
    : `percentages go in steps of 0.001, and ${percent} is between two of them: round it`;
}

/** True for multiples of 0.001, however a double spells them. */
function isStep(percent: number): boolean {
  return Math.round(percent * 1000) / 1000 === percent;
}
