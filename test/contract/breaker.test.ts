import { afterEach, beforeEach, vi } from "vitest";
import { alwaysClosed } from "../../gateway/breaker/always-closed.ts";
import { opossumBreaker } from "../../gateway/breaker/opossum.ts";
import type { BreakerSettings } from "../../gateway/routes/route.ts";
import { breakerContract, openingBreakerContract, steppedClock, type BreakerSubject } from "./breaker.ts";

// opossum's reset timer is a real one; with fake timers a minute takes no time.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opossum(settings: BreakerSettings): BreakerSubject {
  const clock = steppedClock();
  const breaker = opossumBreaker("get-order function", settings, { clock });
  const wait = (ms: number) => {
    clock.advance(ms);
    vi.advanceTimersByTime(ms);
  };
  return { breaker, wait, stop: () => breaker.stop() };
}

breakerContract("opossum", opossum);
openingBreakerContract("opossum", opossum);
breakerContract("the always closed one", () => ({
  breaker: alwaysClosed,
  wait: () => undefined,
  stop: () => alwaysClosed.stop(),
}));
