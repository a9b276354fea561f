import type { Decision } from "../flags/decide.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Route } from "../routes/route.ts";
import type { UpstreamResponse } from "../upstreams/upstream.ts";

/** A request whose client has its answer. It is a plain GatewayRequest: a mirror cannot reach the client. */
export interface Answered {
  readonly request: GatewayRequest;
  readonly route: Route;
  readonly decision: Decision;
  readonly answer: UpstreamResponse;
}

/** Sends copies to the side that did not answer, and never makes a client wait. Never throws. */
export interface Mirror {
  offer(answered: Answered): void;
}

/** Mirrors nothing. */
export const noMirror: Mirror = { offer: () => undefined };
