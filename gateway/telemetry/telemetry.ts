import type { BreakerState, BreakerTraffic } from "../breaker/breaker.ts";
import type { LambdaReport } from "../cost/report-line.ts";
import type { Verdict } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import type { Decision } from "../flags/decide.ts";
import type { Delivery } from "../http/line.ts";
import type { Shed } from "../http/shed.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { DropReason } from "../shadow/drop-reason.ts";
import type { Route } from "../routes/route.ts";
import type { Side, UpstreamError, UpstreamResponse } from "../upstreams/upstream.ts";

/** One request is over, however it ended. */
export interface RequestFinished {
  readonly request: GatewayRequest;
  readonly route: Route | null;
  readonly decision: Decision;
  /** Who made the answer; "gateway" for a problem of our own. */
  readonly answeredBy: Side | "gateway";
  readonly fallbackFrom: string | null;
  readonly status: number;
  readonly delivery: Delivery;
  readonly durationMs: number;
}

interface UpstreamAsked {
  /** As it was sent: the trace is that of this attempt. */
  readonly request: GatewayRequest;
  readonly route: Route | null;
  readonly side: Side;
  readonly durationMs: number;
}
export interface UpstreamAnswered extends UpstreamAsked {
  readonly status: number;
  readonly answer: UpstreamResponse;
}
export interface UpstreamFailed extends UpstreamAsked {
  readonly error: UpstreamError;
}

/** A side was asked for nobody but the comparison. */
export interface CopyAnswered {
  /** The copy as it was sent. */
  readonly request: GatewayRequest;
  readonly route: Route;
  readonly side: Side;
  /** Null when memory ran out. */
  readonly observation: Observation | null;
}

/** A copy, from the moment its client had the answer. */
export interface CopyMade {
  /** Its trace is that of all that is done with it. */
  readonly request: GatewayRequest;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** When both sides had answered; null when there was nothing to compare. */
  readonly askedAt: number | null;
}

/** Why a connection was not taken. */
export type ConnectionRefusal = "tls-handshake" | "proxy-header" | "too-many";

/** Everything worth telling, one method an event. Implementations never throw and never block. */
export interface Telemetry {
  requestFinished(event: RequestFinished): void;
  /** A request was answered before it was one: malformed, refused, or cut off. */
  requestRefused(event: { readonly id: string; readonly status: number; readonly code: string }): void;
  upstreamAnswered(event: UpstreamAnswered): void;
  upstreamFailed(event: UpstreamFailed): void;
  copyAnswered(event: CopyAnswered): void;
  /** A copy was compared, or was not made or not compared, and why. */
  shadowed(event: {
    readonly route: Route;
    readonly candidate: Side;
    readonly outcome: Verdict | "dropped";
    readonly reason: DropReason | null;
    /** Null when none was made. */
    readonly copy: CopyMade | null;
  }): void;
  /** Evidence could not be kept; requests are not concerned. */
  evidenceLost(event: { readonly reason: string; readonly pairs: number; readonly samples: number }): void;
  /** The evidence store fails, or works again: null. */
  storeChanged(event: { readonly problem: string | null }): void;
  breakerChanged(event: {
    readonly routeId: string;
    readonly side: Side;
    readonly traffic: BreakerTraffic;
    readonly state: BreakerState;
  }): void;
  /** What Lambda itself said of one call, for a share of the calls. */
  functionReported(event: {
    readonly routeId: string;
    readonly report: LambdaReport;
    /** What the gateway waited. */
    readonly tookMs: number;
    readonly version: string | undefined;
  }): void;
  /** Functions were called so that they stay warm. */
  keptWarm(event: {
    readonly functionName: string;
    readonly calls: number;
    readonly failures: readonly Error[];
  }): void;
  configLoaded(event: { readonly file: string; readonly routes: number; readonly reloaded: boolean }): void;
  /** Another routes.yaml is in use, but for these settings, which count from the next start on; empty when there are none any more. */
  configWaits(event: { readonly file: string; readonly settings: readonly string[] }): void;
  configRejected(event: { readonly file: string; readonly problems: readonly string[] }): void;
  /** A certificate of a listener is in use, from the start or in the place of an older one. */
  certificateLoaded(event: {
    readonly file: string;
    /** As the certificate has them: `DNS:shop.example.com, DNS:www.example.com`. */
    readonly names: string;
    /** Wall-clock milliseconds. */
    readonly validUntil: number;
    readonly renewed: boolean;
  }): void;
  /** A connection ended before it could bring a request. `detail` is an error's code, and never what the peer sent. */
  connectionRefused(event: { readonly reason: ConnectionRefusal; readonly detail: string }): void;
  /** Memory is short, or is not any more: what is turned away from now on, and why. */
  overloadChanged(event: { readonly shed: Shed; readonly problems: readonly string[] }): void;
  flagsChanged(event: { readonly version: string; readonly killed: boolean }): void;
  /** This gateway's own emergency stop is on or off, whatever the flags say. */
  stopChanged(event: { readonly everything: boolean; readonly routes: readonly string[] }): void;
  flagsRejected(event: { readonly problem: string }): void;
  /** A flip was asked for; who, what, why, and whether it was made. */
  flipped(event: {
    readonly by: string;
    readonly change: string;
    readonly reason: string;
    readonly made: boolean;
  }): void;
  /** One of several processes that answer clients ended without being told to, or takes too long. */
  workerLost(event: { readonly worker: number; readonly pid: number; readonly why: string }): void;
  lifecycle(event: { readonly phase: "listening" | "draining" | "stopped"; readonly detail: string }): void;
  /** Something that should not happen; the process goes on. */
  unexpected(event: { readonly where: string; readonly error: unknown }): void;
}
