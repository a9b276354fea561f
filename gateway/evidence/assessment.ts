import type { DifferenceKind } from "../diff/comparison.ts";
import type { NoiseVerdict } from "../diff/noise-verdict.ts";
import type { Stage } from "../routes/route.ts";
import type { EvidenceKey, Summary } from "../store/evidence-store.ts";
import type { Gate } from "./gate.ts";

/** May a route move up? `unknown` is not enough evidence, or stale evidence; no evidence is never a yes. */
export type GateVerdict = "yes" | "no" | "unknown";

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
export type AssessedKey = Omit<EvidenceKey, "routeId" | "candidate">;

/** How one of the function's breakers stands. */
export interface BreakerFacts {
  readonly state: "closed" | "open" | "half-open";
  /** Wall-clock milliseconds; null when it was never open since the gateway started. */
  readonly lastOpenAt: number | null;
  readonly startedAt: number;
}

/** What the gateways say of a route at this moment. */
export interface LiveFacts {
  /** In shadow only that of copies learns how the function does. Null where there are none to ask. */
  readonly breakers: { readonly clients: BreakerFacts; readonly copies: BreakerFacts } | null;
  /** What keeps the gateways from being of one mind, a sentence each; empty for nothing. */
  readonly disagreements: readonly string[];
}

/** What a route is judged by. */
export interface Assessable {
  readonly route: string;
  /** Methods that the route takes; null for any. */
  readonly methods: readonly string[] | null;
  readonly stage: Stage;
  readonly percent: number | null;
  readonly to: Stage;
  readonly gate: Gate;
  /** What counts now: evidence of other versions or rules is shown, but says nothing about them. */
  readonly current: AssessedKey;
  readonly evidence: readonly Summary[];
  /** Evidence of earlier rules whose samples were compared again, by the current ones; see `rejudged`. */
  readonly rejudged: readonly Summary[];
  /** Null for a corpus: then neither breaker nor gateways are on the list. */
  readonly live: LiveFacts | null;
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
