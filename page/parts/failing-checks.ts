import type { Assessment, CheckName } from "../../gateway/evidence/assessment.ts";

export const CHECK_NAMES: Readonly<Record<CheckName, string>> = {
  pairs: "Samples",
  mismatches: "Mismatches",
  fields: "Fields",
  errors: "Errors",
  latency: "Latency",
  coverage: "Coverage",
  freshness: "Freshness",
  breaker: "Breaker",
  gateways: "Gateways",
};

/** The names of what keeps a route from moving up. */
export function failing({ checks }: Assessment, verdict: "no" | "unknown"): string {
  return checks
    .filter((check) => check.verdict === verdict)
    .map(({ name }) => CHECK_NAMES[name].toLowerCase())
    .join(", ");
}
