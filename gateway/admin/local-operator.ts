import type { AdminParts } from "./admin-parts.ts";
import { diffsOf } from "./diffs.ts";
import { explain } from "./explain.ts";
import { flips } from "./flips.ts";
import { kills } from "./kills.ts";
import { Refusal } from "./refusal.ts";
import type { Operator } from "./operator.ts";
import { liveReport } from "./report.ts";
import { statusOf } from "./status.ts";

/** Grants an operator's wishes in this process. */
export function localOperator(parts: AdminParts): Operator {
  return {
    status: async (routeId) => statusOf(parts, routeId),
    diffs: (request) => diffsOf(parts, request),
    report: (request) => liveReport(parts, request),
    explain: async (request) => explain(request, parts),
    config: async () => {
      if (parts.live !== null) return { text: JSON.stringify(parts.live.config()) };
      throw new Refusal("failed", "no gateway runs, so there is no configuration in use", "banyan start");
    },
    ...flips(parts),
    ...kills(parts),
  };
}
