import type { Decision } from "../flags/decide.ts";
import type { GatewayRequest } from "../http/request.ts";
import type { Route } from "../routes/route.ts";
import type { Side, UpstreamResponse } from "../upstreams/upstream.ts";

/** One request that may be copied, while its client is being answered. */
export interface Copying {
  /** Watches the answer on its way to the client. Called in the same turn in which it begins to flow. */
  watch(answer: UpstreamResponse): void;
  /** The client has its answer, or will never have it: only now may the copy go. */
  answered(how: { readonly by: Side | "gateway"; readonly complete: boolean }): void;
}

/**
 * Sends copies to the side that did not answer, and never makes a client wait. It is given plain GatewayRequests, through
 * which no client can be reached. Never throws.
 */
export interface Mirror {
  /** Before anybody is asked; null when this request is neither copied nor recorded. Without a route it is not copied. */
  consider(request: GatewayRequest, route: Route | null, decision: Decision): Copying | null;
}

/** Mirrors nothing. */
export const noMirror: Mirror = { consider: () => null };
