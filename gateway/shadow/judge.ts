import type { Observation } from "../diff/observation.ts";
import type { Verdict } from "../diff/comparison.ts";
import type { Route } from "../routes/route.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { DropReason } from "./drop-reason.ts";

/** What both sides did with one request. */
export interface Pair {
  readonly route: Route;
  /** As the other side got it. */
  readonly request: Pick<GatewayRequest, "id" | "method" | "target" | "headers">;
  readonly body: Buffer;
  /** Who was compared with the one that answered. */
  readonly candidateSide: Side;
  readonly primary: Observation;
  readonly candidate: Observation;
  /** What legacy said when it was asked a second time; null when it was not. */
  readonly secondary: Observation | null;
  /** Wall-clock milliseconds. */
  readonly at: number;
}

/** Compares pairs and remembers what came of it. Never throws, never rejects. */
export interface Judge {
  /** Resolves once the bytes of the pair are needed no more. */
  judge(pair: Pair): Promise<Verdict | { readonly drop: DropReason }>;
  /** A request of that route was not copied, or not compared. */
  dropped(route: Route, candidateSide: Side, reason: DropReason): void;
}
