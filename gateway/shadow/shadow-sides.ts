import type { Upstream } from "../upstreams/upstream.ts";

/** Where copies of one route go: connections of their own, apart from those that answer clients. */
export interface ShadowSides {
  readonly legacy: Upstream;
  readonly function: Upstream;
  /** The function's alias on a scratch store; null when the route has none. */
  readonly rehearsal: Upstream | null;
}
