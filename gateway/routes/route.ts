import type { FunctionTarget, HeaderRule } from "./function-target.ts";
import type { CompareRules } from "../diff/rules.ts";
import type { Gate, GatedStage } from "../evidence/gate.ts";
import type { Pattern } from "./pattern.ts";
import type { ShadowSettings } from "./shadowing.ts";

/** The rungs of a migration, lowest first. */
export const STAGES = ["legacy", "shadow", "canary", "cutover", "retired"] as const;
export type Stage = (typeof STAGES)[number];

/**
 * One source of the key that keeps a client on its side of a canary.
 * `new-cookie` hands out a cookie of that name when no earlier source gave a key.
 */
export type StickySource =
  | { readonly from: "header" | "cookie" | "query" | "param" | "new-cookie"; readonly name: string }
  | { readonly from: "address" };

/** When a breaker opens, and how it recovers. */
export interface BreakerSettings {
  /** Share of failures (0–100 %) in the window that opens it. */
  readonly errorPercent: number;
  /** Answers slower than this count as failures; null switches that off. */
  readonly slowCallMs: number | null;
  /** Fewer calls than this in the window never open it. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** How long it stays open before one probe is let through. */
  readonly openMs: number;
}

/** One unit of migration: which requests it is, which function takes them over, and how carefully. */
export interface Route {
  /** The same in routes.yaml, flags, logs, metrics and reports. */
  readonly id: string;
  /** Upper-case methods; null means any. GET also matches HEAD. */
  readonly methods: readonly string[] | null;
  /** Exact host or `*.suffix`, lower-case, without port; null means any. */
  readonly host: string | null;
  readonly pattern: Pattern;
  /** What takes it over. */
  readonly function: FunctionTarget;
  /** What is changed in the header of the function's answers, and nothing else. */
  readonly answerHeaders: readonly HeaderRule[];
  /** Routes of one group move a given client together; defaults to the route's own id. */
  readonly group: string;
  /** Used until a flag says otherwise. */
  readonly stage: Stage;
  /** Canary share in percent (0–100, steps of 0.001), used with `stage: canary` until a flag says otherwise. */
  readonly percent: number;
  readonly stickyBy: readonly StickySource[];
  /** From the request's last byte to the answer's headers, fallback included. */
  readonly timeoutMs: number;
  /** True when the owner declares that legacy may repeat a write that the function may have begun. */
  readonly repeatable: boolean;
  /** True when a safe request that the function answered with 5xx is answered by legacy instead. */
  readonly replaceServerErrors: boolean;
  readonly breaker: BreakerSettings;
  /** What is copied to the side that does not answer. */
  readonly shadow: ShadowSettings;
  /** How its answers are compared. */
  readonly compare: CompareRules;
  /** What has to be shown before it moves to a stage. */
  readonly gate: Readonly<Record<GatedStage, Gate>>;
  /** 1-based line in routes.yaml. */
  readonly line: number;
}
