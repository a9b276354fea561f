import type {
  ConfigInUse,
  Diffs,
  DiffsRequest,
  ExplainRequest,
  Explanation,
  Flipped,
  FlipRequest,
  KillRequest,
  PauseRequest,
  PromoteRequest,
  ReportRequest,
  RollbackRequest,
} from "./contract.ts";
import type { Status } from "./status-contract.ts";

import type { Report } from "../report/report.ts";

/** Everything an operator can ask for, of a running gateway or of its files alone. Rejects with a Refusal. */
export interface Operator {
  /** Of one route, or of all. */
  status(routeId?: string): Promise<Status>;
  /** Of a running gateway. */
  config(): Promise<ConfigInUse>;
  explain(request: ExplainRequest): Promise<Explanation>;
  /** Whether routes may move up, and why. */
  report(request: ReportRequest): Promise<Report>;
  /** How the two sides differed. */
  diffs(request: DiffsRequest): Promise<Diffs>;
  flip(request: FlipRequest): Promise<Flipped>;
  /** One rung up. */
  promote(request: PromoteRequest): Promise<Flipped>;
  /** One rung down: a route, or all of them. */
  rollback(request: RollbackRequest): Promise<Flipped>;
  /** Nobody moves the route up, and nothing of it is mirrored, until it is resumed. */
  pause(request: PauseRequest): Promise<Flipped>;
  /** A route or everything to legacy, or back to what the stages say. */
  kill(request: KillRequest): Promise<Flipped>;
}
