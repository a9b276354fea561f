import type { LiveChanges } from "./admin/events-changes.ts";
import type { BreakerStatus } from "./breaker/registry.ts";
import type { Clock } from "./clock.ts";
import type { Settings } from "./config/env.ts";
import type { GatewayConfig } from "./config/gateway-config.ts";
import type { Recordings } from "./corpus/recordings.ts";
import type { FlagSource } from "./flags/flag-source.ts";
import type { EvidenceStore } from "./store/evidence-store.ts";
import type { EvidenceWriter } from "./store/evidence-writer.ts";
import type { RouteTable } from "./routes/table.ts";
import type { Counters } from "./telemetry/counters.ts";
import type { Tallies } from "./telemetry/tallies.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** What answers clients, as the operator's side sees it: this process, or several. */
export interface DataPath extends AsyncDisposable {
  table(): RouteTable;
  /** Of the breakers asked for so far; the others are closed. */
  breakers(): readonly BreakerStatus[];
  /** Those that copies have for themselves. */
  copyBreakers(): readonly BreakerStatus[];
  /** The processes that answer clients; null when it is this one. */
  workers(): Workers | null;
  /** Traffic into files. */
  readonly recordings: Pick<Recordings, "start">;
  /** Requests under way. */
  inFlight(): number;
  /** Requests that are being copied. */
  copiesInFlight(): number;
  /** Takes a new configuration into use. */
  reload(config: GatewayConfig): void;
  /** The flags are others now; resolves once every request is decided by them. */
  flagsChanged(): Promise<void>;
  /** Resolves once everything that was counted so far is in the counters. */
  countsIn(): Promise<void>;
  /** What needs somebody's attention about how connections are taken, overload included. */
  problems(): readonly string[];
  /** Begins to answer. Rejects when it cannot; the message says what to do. */
  serve(): Promise<Serving>;
}

/** The processes that answer clients, for people. */
export interface Workers {
  /** How many there are to be. */
  readonly wanted: number;
  /** How many ended without being told to, since the gateway started. */
  readonly lost: number;
  readonly processes: readonly WorkerProcess[];
}

export interface WorkerProcess {
  /** From 1; who takes the place of one that is gone has the same. */
  readonly worker: number;
  readonly pid: number;
  readonly state: "starting" | "answering" | "draining";
  /** Wall-clock milliseconds. */
  readonly startedAt: number;
  /** That it answered. */
  readonly requests: number;
  /** Of its own, those that are not closed. */
  readonly breakers: readonly BreakerStatus[];
}

/** A data path that answers clients. */
export interface Serving {
  readonly port: number;
  /** Stops without losing a request. */
  drain(): Promise<void>;
  /** Begins to replace its processes, each of which answers before the one that it replaces ends; null where there is one. */
  readonly restart: (() => void) | null;
  /** Resolves when it broke down for good, with why. */
  readonly brokeDown: Promise<Error>;
}

/** What a data path is made from. */
export interface PathParts {
  readonly config: GatewayConfig;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly flags: Pick<FlagSource, "current">;
  readonly evidence: { readonly store: EvidenceStore; readonly writer: EvidenceWriter };
  readonly counters: Counters;
  readonly tallies: Tallies;
  readonly changes: LiveChanges;
  /** True when spans go somewhere. */
  readonly traced: boolean;
  /** By which it knows a request that has been here before. */
  readonly viaName: string;
}
