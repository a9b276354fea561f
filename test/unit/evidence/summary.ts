import { gateFor } from "../../../gateway/config/gate-schema.ts";
import type { Assessable } from "../../../gateway/evidence/assessment.ts";
import type { Gate } from "../../../gateway/evidence/gate.ts";
import type { Counts, Summary } from "../../../gateway/store/evidence-store.ts";
import { NO_COUNTS } from "../../../gateway/store/increments.ts";

export const NOW = Date.UTC(2026, 10, 21, 14);
const HOUR_MS = 3_600_000;
const CURRENT = { functionVersion: "7", legacyBuild: "", rulesDigest: "r1", environment: "prod" };

/** Evidence of 12,000 pairs that match, but for what is said otherwise. */
export function summary(
  changes: Partial<Omit<Summary, "counts" | "key">> & {
    readonly counts?: Partial<Counts>;
    readonly key?: Partial<Summary["key"]>;
  } = {},
): Summary {
  const { counts, key, ...others } = changes;
  return {
    key: { routeId: "get-order", candidate: "function", ...CURRENT, ...key },
    counts: { ...NO_COUNTS, compared: 12_000, matched: 12_000, identical: 12_000, ...counts },
    primaryDurations: { 20: 11_000, 26: 1_000 },
    candidateDurations: { 20: 11_000, 26: 1_000 },
    ratios: { 0: 6_000, "-1": 6_000 },
    dropped: {},
    coverage: { "GET 200 application/json": 12_000 },
    groups: [],
    noise: [],
    firstAt: NOW - 6 * HOUR_MS,
    lastAt: NOW - 60_000,
    ...others,
  };
}

/** A route with this evidence, on its way to cutover. */
export function factsOf(
  evidence: readonly Summary[],
  changes: Partial<Omit<Assessable, "gate">> & { readonly gate?: Partial<Gate> } = {},
): Assessable {
  const { gate, ...others } = changes;
  return {
    route: "get-order",
    methods: ["GET"],
    stage: "canary",
    percent: 25,
    to: "cutover",
    gate: { ...gateFor(undefined, undefined, "cutover"), ...gate },
    current: CURRENT,
    evidence,
    rejudged: [],
    live: null,
    ...others,
  };
}

/** Differences of one kind at one place. */
export function group(at: string, pairs: number, changes: Partial<Summary["groups"][number]> = {}) {
  const example = { primary: "1", candidate: "2" };
  return {
    at,
    kind: "value" as const,
    pairs,
    ignoredPairs: 0,
    firstAt: 0,
    lastAt: 0,
    examples: [example],
    ...changes,
  };
}
