import type { BreakerStatus } from "../breaker/registry.ts";
import type { RegionPrices } from "../cost/route-cost.ts";
import type { Recordings } from "../corpus/recordings.ts";
import type { AuditIntent, AuditLog } from "../audit/audit-log.ts";
import type { Clock } from "../clock.ts";
import type { Workers } from "../data-path.ts";
import type { OperatorsConfig } from "../config/operators-schema.ts";
import type { EmergencyStop } from "../flags/emergency-stop.ts";
import type { Trust } from "../http/trust.ts";
import type { FlagSource } from "../flags/flag-source.ts";
import type { FlagWriter } from "../flags/writer.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import type { RouteTable } from "../routes/table.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { Tallies } from "../telemetry/tallies.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { LiveChanges } from "./events-changes.ts";

/** Whether requests should be sent here, and why not. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** What only a running gateway knows. */
export interface LiveParts {
  readiness(): Readiness;
  /** Of the breakers asked for so far; the others are closed. */
  breakers(): readonly BreakerStatus[];
  /** Traffic into files. */
  readonly recordings: Pick<Recordings, "start">;
  /** Those that copies have for themselves. */
  copyBreakers(): readonly BreakerStatus[];
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  readonly counters: Pick<Counters, "of">;
  /** Resolves once everything that was counted so far is in the counters. */
  countsIn(): Promise<void>;
  /** The processes that answer clients; null when it is this one. */
  workers(): Workers | null;
  /** What metrics count. */
  readonly tallies: Tallies;
  /** Requests under way. */
  inFlight(): number;
  /** Requests that are being copied. */
  copiesInFlight(): number;
  /** What is wrong with the newest routes.yaml; null when it is in use. */
  configProblem(): string | null;
  /** What else needs somebody's attention. */
  problems(): readonly string[];
  /** The routes.yaml in use as plain data, with variables not filled in. */
  config(): unknown;
  /** Who may use the operator's side. */
  operators(): OperatorsConfig;
  /** Whether a peer's word is taken for whom it speaks for: `trustedProxies` of routes.yaml. */
  readonly trusts: Trust;
  readonly changes: LiveChanges;
  /** Path of the audit log. */
  readonly auditFile: string;
  /** Lambda's API where it is not AWS's own, by routes.yaml or this gateway's environment; null for AWS. */
  lambdaEndpoint(): string | null;
  /** What Lambda costs where the functions run. */
  prices(): RegionPrices;
}

/** What the operator's side is made from. */
export interface AdminParts {
  /** The table in use. */
  table(): RouteTable;
  readonly flags: Pick<FlagSource, "current" | "health">;
  /** Resolves when the change is in use here, so that whoever flips sees it in the next status. */
  readonly writer: FlagWriter;
  /** Who changed what; nothing is changed that it does not know of. */
  readonly audit: AuditLog;
  /** What was compared. */
  readonly evidence: Pick<EvidenceStore, "summaries" | "samples">;
  /** Name of this environment; empty when unnamed. */
  readonly environment: string;
  /** Path of routes.yaml. */
  readonly configFile: string;
  /** How wishes come here. */
  readonly via: AuditIntent["via"];
  /** This gateway's own emergency stop. */
  readonly stop: EmergencyStop;
  readonly telemetry: Pick<Telemetry, "flipped" | "unexpected" | "connectionRefused">;
  readonly clock: Clock;
  /** Of the package. */
  readonly version: string;
  /** Null when no gateway runs and there are only files. */
  readonly live: LiveParts | null;
}
