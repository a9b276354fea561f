import type { AdminParts } from "./admin-parts.ts";
import { explain } from "./explain.ts";
import { flips } from "./flips.ts";
import { kills } from "./kills.ts";
import type { Operator } from "./operator.ts";
import { statusOf } from "./status.ts";

/** Grants an operator's wishes in this process. */
export function localOperator(parts: AdminParts): Operator {
  return {
    status: async (routeId) => statusOf(parts, routeId),
    explain: async (request) => explain(request, parts),
    ...flips(parts),
    ...kills(parts),
  };
}
