import { isDeepStrictEqual } from "node:util";
import type { BreakerSettings, Route } from "../routes/route.ts";
import type { Side } from "../upstreams/upstream.ts";
import { alwaysClosed } from "./always-closed.ts";
import type { Breaker, BreakerState } from "./breaker.ts";

type StoppableBreaker = Breaker & { stop(): void };

export interface BreakerStatus {
  readonly routeId: string;
  readonly side: Side;
  readonly state: BreakerState;
}

/** All breakers of a gateway: one per route and side, made when first asked for. */
export interface BreakerRegistry {
  /** The breaker of a configured route's side; of any other route, one that is always closed. */
  breaker(route: Pick<Route, "id">, side: Side): Breaker;
  /** Takes over a new set of routes. A breaker lives on unless its route is gone or its settings have changed. */
  reload(routes: Iterable<Pick<Route, "id" | "breaker">>): void;
  /** Of the breakers asked for so far; the others are closed. */
  states(): BreakerStatus[];
  stop(): void;
}

/** An empty registry; call `reload` with the routes. `make` makes one breaker. */
export function breakerRegistry(
  make: (routeId: string, side: Side, settings: BreakerSettings) => StoppableBreaker,
): BreakerRegistry {
  let entries = new Map<string, Entry>();

  function reload(routes: Iterable<Pick<Route, "id" | "breaker">>): void {
    const before = entries;
    entries = new Map();
    for (const { id, breaker: settings } of routes) {
      const kept = before.get(id);
      const same = kept !== undefined && isDeepStrictEqual(kept.settings, settings);
      entries.set(id, same ? kept : { settings, bySide: {} });
    }
    for (const [id, entry] of before) {
      if (entries.get(id) !== entry) stopAll(entry);
    }
  }

  return {
    reload,
    breaker({ id }, side) {
      const entry = entries.get(id);
      // A request may still hold a route that a reload has just dropped.
      if (entry === undefined) return alwaysClosed;
      return (entry.bySide[side] ??= make(id, side, entry.settings));
    },
    states() {
      return [...entries].flatMap(([routeId, { bySide }]) =>
        SIDES.flatMap((side) => {
          const state = bySide[side]?.state;
          return state === undefined ? [] : [{ routeId, side, state }];
        }),
      );
    },
    stop: () => reload([]),
  };
}

const SIDES: readonly Side[] = ["legacy", "function"];

interface Entry {
  readonly settings: BreakerSettings;
  readonly bySide: Partial<Record<Side, StoppableBreaker>>;
}

function stopAll({ bySide }: Entry): void {
  for (const side of SIDES) bySide[side]?.stop();
}
