import type { Route, Stage } from "../routes/route.ts";
import type { Side } from "../upstreams/upstream.ts";
import { BUCKETS, bucketOf, bucketsIn } from "./bucket.ts";
import type { FlagSnapshot } from "./flag-source.ts";

/** Why a side was chosen; logs, `explain` and reports use these words. */
export type DecisionReason =
  | "unmatched"
  | "killed"
  | "stage-legacy"
  | "stage-shadow"
  | "canary-in"
  | "canary-out"
  | "canary-no-key"
  | "stage-cutover"
  | "stage-retired";

/** Never a bare value: who answers, who is shadowed, and the reason. */
export interface Decision {
  readonly primary: Side;
  readonly shadow: Side | null;
  readonly reason: DecisionReason;
  readonly stage: Stage;
  /** Where the client's key falls, 0–99,999 in steps of 0.001 %; null when no key was needed or found. */
  readonly bucket: number | null;
  readonly flagVersion: string;
}

/**
 * Who answers a request and why: pure, synchronous, total.
 *
 * - The kill switch wins over every stage, retired included: an emergency stop means what it says.
 * - A route without a flag keeps the stage it is configured with; flags of unknown routes mean nothing here.
 * - A canary of 0 % or 100 % needs no key. In between, a client without one stays on legacy, where it was before.
 *
 * `salt` redraws who is in a canary; every gateway of one fleet uses the same.
 */
export function decide(
  route: Route | null,
  stickyKey: string | null,
  flags: FlagSnapshot,
  salt = "",
): Decision {
  const flagVersion = flags.version;
  if (route === null) return { ...LEGACY, reason: "unmatched", stage: "legacy", flagVersion };
  const { stage, percent } = flags.routes.get(route.id) ?? route;
  if (flags.killed) return { ...LEGACY, reason: "killed", stage, flagVersion };
  const chosen = stage === "canary" ? canary(route.group, percent, stickyKey, salt) : BY_STAGE[stage];
  return { ...chosen, stage, flagVersion };
}

type Choice = Omit<Decision, "stage" | "flagVersion">;

const LEGACY = { primary: "legacy", shadow: null, bucket: null } as const;
const FUNCTION = { primary: "function", shadow: null, bucket: null } as const;

const BY_STAGE: Readonly<Record<Exclude<Stage, "canary">, Choice>> = {
  legacy: { ...LEGACY, reason: "stage-legacy" },
  shadow: { ...LEGACY, shadow: "function", reason: "stage-shadow" },
  cutover: { ...FUNCTION, reason: "stage-cutover" },
  retired: { ...FUNCTION, reason: "stage-retired" },
};

function canary(group: string, percent: number, stickyKey: string | null, salt: string): Choice {
  const share = bucketsIn(percent);
  const bucket = stickyKey === null ? null : bucketOf(group, salt, stickyKey);
  if (share >= BUCKETS) return { ...FUNCTION, reason: "canary-in", bucket };
  if (share <= 0) return { ...LEGACY, reason: "canary-out", bucket };
  if (bucket === null) return { ...LEGACY, reason: "canary-no-key" };
  // Buckets below the share are in, so that raising the share only ever adds clients.
  if (bucket < share) return { ...FUNCTION, reason: "canary-in", bucket };
  return { ...LEGACY, reason: "canary-out", bucket };
}
