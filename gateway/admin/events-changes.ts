import type { Verdict } from "../diff/comparison.ts";
import { silentTelemetry } from "../telemetry/silent.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { LiveEvidence } from "./events-contract.ts";

/** What an operator who looks may see differently from now on. */
export type Change =
  /** Something about the gateway or a route. */
  | { readonly kind: "state" }
  /** The evidence of this route. */
  | { readonly kind: "evidence"; readonly routeId: string }
  /** Everything: another routes.yaml is in use, with other routes and maybe other operators. */
  | { readonly kind: "configuration" };

/** Tells of changes, and counts what comes of copies. */
export interface LiveChanges {
  /** Where changes are heard of; it does next to nothing there, which is on the path of requests. */
  readonly telemetry: Telemetry;
  /** Counts what came of copies in another process. */
  copied(routeId: string, outcome: Verdict | "dropped", times: number): void;
  /** Calls back at each change, on the path of a request, until what it returns is called. */
  subscribe(listener: (change: Change) => void): () => void;
  /** Of one route, since the gateway started; null while nothing was copied. */
  evidence(routeId: string): LiveEvidence | null;
}

type Counts = { -readonly [Name in keyof LiveEvidence]: LiveEvidence[Name] };

export function liveChanges(): LiveChanges {
  const listeners = new Set<(change: Change) => void>();
  const counts = new Map<string, Counts>();
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change);
  };
  const state = () => tell({ kind: "state" });
  const copied = (id: string, outcome: Verdict | "dropped", times: number) => {
    let count = counts.get(id);
    if (count === undefined) {
      count = { id, match: 0, ignored: 0, mismatch: 0, inconclusive: 0, dropped: 0 };
      counts.set(id, count);
    }
    count[outcome] += times;
    tell({ kind: "evidence", routeId: id });
  };
  return {
    copied,
    telemetry: {
      ...silentTelemetry,
      shadowed: ({ route, outcome }) => copied(route.id, outcome, 1),
      configLoaded: ({ reloaded }) => (reloaded ? tell({ kind: "configuration" }) : undefined),
      breakerChanged: state,
      configRejected: state,
      flagsChanged: state,
      flagsRejected: state,
      stopChanged: state,
      workerLost: state,
      lifecycle: state,
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    evidence: (routeId) => counts.get(routeId) ?? null,
  };
}
