import type { Clock } from "../clock.ts";

const BURST = 50;
const PER_SECOND = 1;

/** Which pairs of a route are kept whole: the first ones all, then about one a second. Counts go on for all of them. */
export function sampleLimit(clock: Pick<Clock, "elapsed">): (routeId: string) => boolean {
  const routes = new Map<string, { tokens: number; at: number }>();
  return (routeId) => {
    const now = clock.elapsed();
    const state = routes.get(routeId) ?? { tokens: BURST, at: now };
    routes.set(routeId, state);
    state.tokens = Math.min(BURST, state.tokens + ((now - state.at) / 1000) * PER_SECOND);
    state.at = now;
    if (state.tokens < 1) return false;
    state.tokens -= 1;
    return true;
  };
}
