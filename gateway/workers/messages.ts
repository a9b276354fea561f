import type { BreakerState, BreakerTraffic } from "../breaker/breaker.ts";
import type { BreakerStatus } from "../breaker/registry.ts";
import type { Settings } from "../config/env.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { RecordCounts } from "../corpus/recorder.ts";
import type { RecordingWish } from "../corpus/recordings.ts";
import type { LambdaReport } from "../cost/report-line.ts";
import type { PortableSnapshot } from "../flags/portable-snapshot.ts";
import type { Batch } from "../store/evidence-store.ts";
import type { RouteIncrement } from "../telemetry/counters.ts";
import type { Tallies } from "../telemetry/tallies.ts";
import type { Side } from "../upstreams/upstream.ts";

/** All that a worker begins with. */
export interface Beginning {
  /** From 1. */
  readonly worker: number;
  readonly settings: Settings;
  /** Its share of what routes.yaml allows. */
  readonly config: GatewayConfig;
  readonly flags: PortableSnapshot;
  readonly viaName: string;
  /** Recordings under way, by number. */
  readonly recordings: readonly (readonly [recording: number, wish: RecordingWish])[];
}

/** From the primary to a worker. What has a number is answered by `done` with that number. */
export type ToWorker =
  | { readonly do: "begin"; readonly beginning: Beginning }
  | { readonly do: "decide"; readonly number: number; readonly flags: PortableSnapshot }
  | { readonly do: "configure"; readonly config: GatewayConfig }
  | { readonly do: "report"; readonly number: number }
  | { readonly do: "record"; readonly recording: number; readonly wish: RecordingWish }
  | { readonly do: "stop-recording"; readonly number: number; readonly recording: number }
  | { readonly do: "drain" }
  /** What the worker asked with this number was done, or why it was not. */
  | { readonly do: "go-on"; readonly number: number; readonly problem: Problem | null };

/** Why a worker is refused something. */
export interface Problem {
  readonly message: string;
  readonly mayPass: boolean;
}

/** From a worker to the primary. What has a number is answered by `go-on`, but for `done`, which is an answer itself. */
export type FromWorker =
  /** It waits for its beginning. */
  | { readonly say: "up" }
  | { readonly say: "listening"; readonly port: number }
  /** It will never listen, for people. */
  | { readonly say: "cannot-listen"; readonly message: string }
  | { readonly say: "done"; readonly number: number }
  | { readonly say: "counted"; readonly report: Report }
  | { readonly say: "evidence"; readonly number: number; readonly batch: Batch }
  | {
      readonly say: "recorded";
      readonly number: number;
      readonly recording: number;
      readonly lines: Uint8Array;
    };

/** What happened in a worker since its report before. */
export interface Report {
  readonly counted: readonly RouteIncrement[];
  /** The same for metrics. */
  readonly tallies: Tallies;
  /** What Lambda said of single calls; a sample, of which too many are left out. */
  readonly functionReports: readonly FunctionReported[];
  readonly breakersChanged: readonly {
    readonly routeId: string;
    readonly side: Side;
    readonly traffic: BreakerTraffic;
    readonly state: BreakerState;
  }[];
  /** Those that are not closed now. */
  readonly breakers: readonly BreakerStatus[];
  readonly copyBreakers: readonly BreakerStatus[];
  /** Requests under way now, and those of them that are being copied. */
  readonly inFlight: number;
  readonly copiesInFlight: number;
  /** As they are now. */
  readonly problems: readonly string[];
  readonly recordings: readonly (readonly [recording: number, counts: RecordCounts])[];
}

interface FunctionReported {
  readonly routeId: string;
  readonly report: LambdaReport;
  readonly tookMs: number;
  readonly version: string | undefined;
}
