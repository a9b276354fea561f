import type { Clock } from "../clock.ts";
import { bucketOf, bucketsIn } from "../flags/bucket.ts";
import type { Route } from "../routes/route.ts";
import type { DropReason } from "./drop-reason.ts";

/** Who is copied. */
export interface Sampling {
  /** Why not; null when it is. `key` is the client's sticky key, where the route has one for it. */
  readonly refuses: (route: Route, key: string | null) => DropReason | null;
  /** One more pair of that route was compared. Of another version of the function, what was enough no longer is. */
  compared(routeId: string, version: string | null): void;
}

/**
 * By share of the requests or of the clients; and, once a route has enough evidence, only a trickle. So rare routes are
 * always copied, and hot ones little.
 */
export function sampling(clock: Pick<Clock, "elapsed">, random: () => number = Math.random): Sampling {
  const routes = new Map<string, { pairs: number; version: string | null; nextAt: number }>();
  const stateOf = (id: string) => {
    let state = routes.get(id);
    if (state === undefined) routes.set(id, (state = { pairs: 0, version: null, nextAt: 0 }));
    return state;
  };
  return {
    refuses({ id, shadow }, key) {
      const refused = leftOut(id, shadow, key, random);
      if (refused !== null || shadow.enough === null) return refused;
      const state = stateOf(id);
      if (state.pairs < shadow.enough.pairs) return null;
      const now = clock.elapsed();
      if (now < state.nextAt) return "enough";
      state.nextAt = now + 1000 / shadow.enough.thenPerSecond;
      return null;
    },
    compared(id, version) {
      const state = stateOf(id);
      if (state.version !== version) state.pairs = 0;
      state.version = version;
      state.pairs += 1;
    },
  };
}

function leftOut(
  id: string,
  { percent, by }: Route["shadow"],
  key: string | null,
  random: () => number,
): DropReason | null {
  if (by === "request") return percent >= 100 || random() * 100 < percent ? null : "sampled-out";
  if (key === null) return "no-key";
  // Salted apart from the canary's buckets: or its first clients would be the ones that are always copied.
  return bucketOf(id, "shadow", key) < bucketsIn(percent) ? null : "sampled-out";
}
