import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import { quantileOf } from "../../gateway/evidence/quantile.ts";
import type { ReportShown } from "../api/operator.ts";
import { errorPercent } from "./standing.ts";

/** How one side did; null for what is not known. */
export interface SideShown {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly errorPercent: number | null;
}

export type BothSides = Readonly<Record<"legacy" | "function", SideShown>>;

type Traffic = NonNullable<RouteStatus["traffic"]>;
type Judgement = ReportShown["routes"][number];

/** Of both sides what clients got in the last minutes; of one that gets copies only, what was seen of these. */
export function bothSides({ traffic }: RouteStatus, judgement: Judgement | null): BothSides {
  const side = (name: "legacy" | "function") =>
    ofClients(traffic?.[name] ?? null) ?? ofCopies(judgement, name) ?? NOT_ASKED;
  return { legacy: side("legacy"), function: side("function") };
}

const NOT_ASKED: SideShown = { p50Ms: null, p99Ms: null, errorPercent: null };

function ofClients(side: Traffic["legacy"] | null): SideShown | null {
  const failed = side === null ? null : errorPercent(side);
  return side === null || failed === null
    ? null
    : { p50Ms: side.p50Ms, p99Ms: side.p99Ms, errorPercent: failed };
}

function ofCopies(judgement: Judgement | null, side: "legacy" | "function"): SideShown | null {
  const seen = judgement?.evidence.find(
    ({ key, counts }) =>
      key.candidate === side &&
      key.functionVersion === judgement.current.functionVersion &&
      key.rulesDigest === judgement.current.rulesDigest &&
      counts.compared > 0,
  );
  if (seen === undefined) return null;
  const { counts, candidateDurations } = seen;
  return {
    p50Ms: quantileOf(candidateDurations, 0.5),
    p99Ms: quantileOf(candidateDurations, 0.99),
    errorPercent: (100 * (counts.bothFailed + counts.onlyCandidateFailed)) / counts.compared,
  };
}
