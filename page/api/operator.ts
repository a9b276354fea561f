import type { z } from "zod";
import type { auditEntries } from "../../gateway/admin/audit-contract.ts";
import type {
  ConfigInUse,
  Diffs,
  Explanation,
  Flipped,
  FlipRequest,
  KillRequest,
  PauseRequest,
  RollbackRequest,
} from "../../gateway/admin/contract.ts";
import type { Status } from "../../gateway/admin/status-contract.ts";
import type { Report, RouteReport } from "../../gateway/report/report.ts";
import type { Stage } from "../../gateway/routes/route.ts";
import { change, read } from "./request.ts";
import { signature } from "./signature.ts";

/** A report as JSON brings it; of samples, whose bytes are written differently there, the page reads none. */
export interface ReportShown extends Omit<Report, "routes"> {
  readonly routes: readonly Omit<RouteReport, "samples">[];
}

/** Entries newest first, and what the chain of them proves. */
export type AuditEntries = z.infer<typeof auditEntries>;

/** What the page asks of the operator's API. All reject with an ApiProblem. */
export const operator = {
  status: () => read<Status>("/api/status"),
  report: (routes: readonly string[], to: Stage) => read<ReportShown>("/api/report", { routes, to }),
  diffs: (route: string | null, at: string | null = null, limit: number | null = null) =>
    read<Diffs>("/api/diffs", { route, at, limit }),
  explain: (method: string, url: string, headers: readonly (readonly [string, string])[]) =>
    change<Explanation>("/api/explain", { method, url, headers }),
  audit: (query: { route?: string | null; limit: number; before?: number | null }) =>
    read<AuditEntries>("/api/audit", query),
  config: () => read<ConfigInUse>("/api/config"),
  flip: (wish: FlipRequest) => change<Flipped>("/api/flip", { ...signature.fields(), ...wish }),
  rollback: (wish: RollbackRequest) => change<Flipped>("/api/rollback", { ...signature.fields(), ...wish }),
  pause: (wish: PauseRequest) => change<Flipped>("/api/pause", { ...signature.fields(), ...wish }),
  kill: (wish: KillRequest) => change<Flipped>("/api/kill", { ...signature.fields(), ...wish }),
};
