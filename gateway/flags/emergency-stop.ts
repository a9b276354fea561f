import type { FlagSnapshot } from "./flag-source.ts";
import type { StopFile } from "./stop-file.ts";

interface Signature {
  readonly by: string;
  readonly reason: string;
}

/** Stops a route, or everything, on this gateway at once; the flags, which tell the others, may follow. */
export interface EmergencyStop {
  /** True when this gateway itself stops the route, or everything for null. */
  stops(routeId: string | null): boolean;
  stop(routeId: string | null, signature: Signature): Promise<void>;
  resume(routeId: string | null, signature: Signature): Promise<void>;
  /**
   * Lets go of what was stopped here until the flags say the same, so that whoever switches it off in the flags later
   * switches it off here, too. A file that somebody put there by hand stays.
   */
  flagsSay(flags: FlagSnapshot): Promise<void>;
}

const EVERYTHING = "*";

export function emergencyStop(file: Pick<StopFile, "current" | "set">): EmergencyStop {
  /** What stands in the file only until the flags have it. */
  const bridging = new Map<string, Signature>();

  const stops = (routeId: string | null) => {
    const { everything, routes } = file.current();
    return routeId === null ? everything : routes.has(routeId);
  };
  const change = (routeId: string | null, on: boolean, signature: Signature) => {
    const { everything, routes } = file.current();
    const named = new Set(routes);
    if (routeId !== null && on) named.add(routeId);
    if (routeId !== null && !on) named.delete(routeId);
    return file.set({ everything: routeId === null ? on : everything, routes: named }, signature);
  };

  return {
    stops,
    async stop(routeId, signature) {
      if (stops(routeId)) return;
      bridging.set(routeId ?? EVERYTHING, signature);
      await change(routeId, true, signature);
    },
    async resume(routeId, signature) {
      bridging.delete(routeId ?? EVERYTHING);
      if (stops(routeId)) await change(routeId, false, signature);
    },
    async flagsSay({ killed, routes }) {
      for (const [key, signature] of bridging) {
        const said = key === EVERYTHING ? killed : routes.get(key)?.killed === true;
        if (!said) continue;
        bridging.delete(key);
        await change(key === EVERYTHING ? null : key, false, signature);
      }
    },
  };
}
