import type { Stage } from "../routes/route.ts";
import type { DifferenceKind } from "../diff/comparison.ts";
import type { NoiseVerdict } from "../diff/noise-verdict.ts";

/** May a route move up? `unknown` is not enough evidence, or stale evidence; no evidence is never a yes. */
export type GateVerdict = "yes" | "no" | "unknown";

/** What must be shown before a route may move to a stage. Rates are shares, 0 to 1. */
export interface Gate {
  /** At all times together, so that people may look all day: 0.95. */
  readonly confidence: number;
  /** What the true rate of mismatches may be at most. */
  readonly maxMismatchRate: number;
  /** By how much more often than legacy the function may fail. */
  readonly maxErrorExcess: number;
  /** The function's p99 may be `factor` times legacy's and `slackMs` more; null for no limit. */
  readonly latency: { readonly factor: number; readonly slackMs: number } | null;
  /** Pairs that are needed even where fewer would do for the bounds. */
  readonly minPairs: number;
  /** The newest pair may be so old. */
  readonly maxAgeMs: number;
  /** How long the function's breaker has to have been closed. */
  readonly breakerClosedForMs: number;
}

/** What is looked at; in this order they are shown. */
export const CHECKS = [
  "pairs",
  "mismatches",
  "fields",
  "errors",
  "latency",
  "coverage",
  "freshness",
  "breaker",
  "gateways",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** One line of the list. Every number in `says` is also in `measured` or `needed`, for those that compute. */
export interface Check {
  readonly name: CheckName;
  readonly verdict: GateVerdict;
  /** One sentence for people: "9 of 12,480 → true rate at most 0.16 % at 95 %; 0.10 % is allowed". */
  readonly says: string;
  /** What was measured and what is allowed or needed, in the check's own unit (share, milliseconds, pairs); null for none. */
  readonly measured: number | null;
  readonly needed: number | null;
  /** What would change the verdict: "about 900 more clean pairs, 40 minutes at this rate". Null for a yes. */
  readonly next: string | null;
}

/** A place that differs, and what is thought of it. */
export interface Finding {
  /** Folded place. */
  readonly at: string;
  readonly kind: DifferenceKind;
  readonly pairs: number;
  /** Of them, excused by a rule. */
  readonly ignoredPairs: number;
  /** Whether legacy differs from itself there; null where nobody asked it twice. */
  readonly noise: NoiseVerdict | null;
  readonly example: { readonly primary: string | null; readonly candidate: string | null } | null;
}

/** What the evidence is about. */
export interface AssessedKey {
  readonly functionVersion: string;
  readonly legacyBuild: string;
  readonly rulesDigest: string;
  readonly environment: string;
}

/** Whether one route may move up, and why. */
export interface Assessment {
  readonly route: string;
  readonly from: { readonly stage: Stage; readonly percent: number | null };
  readonly to: Stage;
  /** `no` if any check says so, else `unknown` if any does, else `yes`. */
  readonly verdict: GateVerdict;
  readonly checks: readonly Check[];
  /** Most pairs first; those that count against the route before those that are excused. */
  readonly findings: readonly Finding[];
  /** Null when nothing was ever seen. */
  readonly key: AssessedKey | null;
  readonly pairs: number;
  /** Of them, pairs of earlier rules whose samples were compared again. */
  readonly rejudged: number;
  /** Wall-clock milliseconds of the first and last pair; null when there are none. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** The command to try next. */
  readonly next: string;
}
