/** Stages that evidence is asked for: legacy and shadow cost clients nothing. */
export const GATED_STAGES = ["canary", "cutover", "retired"] as const;
export type GatedStage = (typeof GATED_STAGES)[number];

/** What must be shown before a route may move to a stage. Rates are shares, 0 to 1. */
export interface Gate {
  /** At all times together, so that people may look all day: 0.95. Each check keeps it by itself. */
  readonly confidence: number;
  /** What the true rate of mismatches may be at most. */
  readonly maxMismatchRate: number;
  /** By how much more often than legacy the function may fail. */
  readonly maxErrorExcess: number;
  /** The function may take `factor` times what legacy takes and `slackMs` more, at the median and the p99; null for no limit. */
  readonly latency: { readonly factor: number; readonly slackMs: number } | null;
  /** Pairs that are needed even where fewer would do for the bounds. */
  readonly minPairs: number;
  /** The newest pair may be so old. */
  readonly maxAgeMs: number;
  /** How long the function's breakers, of clients and of copies, have to have been closed. */
  readonly breakerClosedForMs: number;
}
