import type { Rung } from "../flags/transitions.ts";

/** A place on the ladder, in words: `canary 25 %`, `shadow`. */
export function rungText({ stage, percent }: Rung): string {
  return percent === null ? stage : `${stage} ${percent} %`;
}
