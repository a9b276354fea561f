import type { Stage } from "../../gateway/routes/route.ts";

/** The rung that evidence is asked for next; null where there is none to prove. */
export const NEXT_GATED: Readonly<Record<Stage, Stage | null>> = {
  legacy: null,
  shadow: "canary",
  canary: "cutover",
  cutover: "retired",
  retired: null,
};
