import type { AnsweredObservation } from "../diff/observation.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Route } from "../routes/route.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { DropReason } from "./drop-reason.ts";

/** One request as it came, and what its client was answered. */
export interface Exchange {
  readonly request: Pick<GatewayRequest, "id" | "method" | "target" | "headers" | "receivedAt">;
  /** Null when no route took it. */
  readonly route: Route | null;
  readonly body: Buffer;
  readonly answer: AnsweredObservation;
  readonly by: Side | "gateway";
}

/** Keeps requests for later. Never throws, and nobody waits for it. */
export interface Recorder {
  /**
   * Before anybody is asked; null when it does not want this one. `isKeptWrite` for a write whose route keeps it in place of
   * copying it.
   */
  take(request: GatewayRequest, route: Route | null, isKeptWrite: boolean): Taking | null;
}

/** A request that is to be recorded; one of the two is called, once. */
export interface Taking {
  /** The bytes are the recorder's own from now on. */
  record(exchange: Exchange): void;
  missed(reason: DropReason): void;
}

/** Keeps nothing. */
export const noRecorder: Recorder = { take: () => null };
