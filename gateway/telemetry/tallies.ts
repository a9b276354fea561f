import { STAGES } from "../routes/route.ts";
import type { Side } from "../upstreams/upstream.ts";
import {
  addDurations,
  addEach,
  countDuration,
  emptyDurations,
  type DurationTally,
} from "./duration-tally.ts";
import { silentTelemetry } from "./silent.ts";
import type { Telemetry } from "./telemetry.ts";

/** Who made an answer. */
export const TARGETS = ["legacy", "function", "gateway"] as const;
/** First digit of a status, from 1. */
export const STATUS_CLASSES = 5;

/** One word → how often. */
export type Counts = Record<string, number>;

export interface RouteTally {
  /** By stage, target and class of the status: see `requestSlot`. */
  readonly requests: number[];
  readonly duration: DurationTally;
  /** Why legacy answered in the function's place. */
  readonly fallbacks: Counts;
  /** Reports of Lambda, which are read for a share of the calls, and what they say. */
  reports: number;
  coldStarts: number;
  billedMs: number;
}

/** Everything that metrics count, as plain data that adds up over processes. Bounded by the routes that ever were. */
export interface Tallies {
  /** By route id; requests that no route took are under `NO_ROUTE`. */
  readonly routes: Map<string, RouteTally>;
  readonly upstream: Readonly<Record<Side, DurationTally>>;
  /** Kinds of failures by side. */
  readonly failures: Readonly<Record<Side, Counts>>;
  readonly refused: Counts;
  /** Connections that brought no request, by why they were not taken. */
  readonly connectionsRefused: Counts;
  readonly compared: Counts;
  readonly dropped: Counts;
  /** Pairs that could not be kept, by why. */
  readonly evidenceLost: Counts;
  storeUp: boolean;
}

/** The `route` of requests that no route took; no id looks like this. */
export const NO_ROUTE = "(none)";

/** Where a request is counted in `RouteTally.requests`. */
export function requestSlot(stage: number, target: number, statusClass: number): number {
  return (stage * TARGETS.length + target) * STATUS_CLASSES + statusClass - 1;
}

export interface Tallying {
  readonly telemetry: Telemetry;
  /** What was counted so far, or since `take`. */
  readonly tallies: Tallies;
  /** What was counted since the last time; from now on it counts anew. */
  take(): Tallies;
}

/** Counts for metrics: a few additions an event, and nothing is written out before somebody asks. */
export function tallying(): Tallying {
  let tallies = emptyTallies();
  const tallyOf = (routeId: string) => tallyIn(tallies, routeId);
  const telemetry: Telemetry = {
    ...silentTelemetry,
    requestFinished({ route, decision, answeredBy, fallbackFrom, status, durationMs }) {
      const tally = tallyOf(route?.id ?? NO_ROUTE);
      const statusClass = Math.min(Math.max(Math.trunc(status / 100), 1), STATUS_CLASSES);
      const slot = requestSlot(STAGES.indexOf(decision.stage), TARGETS.indexOf(answeredBy), statusClass);
      tally.requests[slot]! += 1;
      countDuration(tally.duration, durationMs);
      // Of all the statuses that a function may have answered, one word is enough.
      if (fallbackFrom !== null)
        add(tally.fallbacks, fallbackFrom.startsWith("answered-") ? "answered-5xx" : fallbackFrom);
    },
    requestRefused: ({ code }) => add(tallies.refused, code),
    connectionRefused: ({ reason }) => add(tallies.connectionsRefused, reason),
    upstreamAnswered: ({ side, durationMs }) => countDuration(tallies.upstream[side], durationMs),
    upstreamFailed: ({ side, error }) => add(tallies.failures[side], error.kind),
    shadowed({ outcome, reason }) {
      if (outcome === "dropped") add(tallies.dropped, reason ?? "unknown");
      else add(tallies.compared, outcome);
    },
    evidenceLost: ({ reason, pairs }) => add(tallies.evidenceLost, reason, pairs),
    storeChanged({ problem }) {
      tallies.storeUp = problem === null;
    },
    functionReported({ routeId, report }) {
      const tally = tallyOf(routeId);
      tally.reports += 1;
      if (report.coldStart) tally.coldStarts += 1;
      tally.billedMs += report.billedMs;
    },
  };
  return {
    telemetry,
    get tallies() {
      return tallies;
    },
    take() {
      const taken = tallies;
      tallies = emptyTallies();
      return taken;
    },
  };
}

/** Adds what another process counted. Whether the store is up, it does not know. */
export function addTallies(to: Tallies, from: Tallies): void {
  for (const [routeId, counted] of from.routes) {
    const tally = tallyIn(to, routeId);
    addEach(tally.requests, counted.requests);
    addDurations(tally.duration, counted.duration);
    addCounts(tally.fallbacks, counted.fallbacks);
    tally.reports += counted.reports;
    tally.coldStarts += counted.coldStarts;
    tally.billedMs += counted.billedMs;
  }
  for (const side of ["legacy", "function"] as const) {
    addDurations(to.upstream[side], from.upstream[side]);
    addCounts(to.failures[side], from.failures[side]);
  }
  for (const kind of ["refused", "connectionsRefused", "compared", "dropped", "evidenceLost"] as const) {
    addCounts(to[kind], from[kind]);
  }
}

function addCounts(to: Counts, from: Counts): void {
  for (const [key, by] of Object.entries(from)) add(to, key, by);
}

function tallyIn(tallies: Tallies, routeId: string): RouteTally {
  let tally = tallies.routes.get(routeId);
  if (tally === undefined) tallies.routes.set(routeId, (tally = emptyRoute()));
  return tally;
}

function emptyTallies(): Tallies {
  return {
    routes: new Map(),
    upstream: { legacy: emptyDurations(), function: emptyDurations() },
    failures: { legacy: {}, function: {} },
    refused: {},
    connectionsRefused: {},
    compared: {},
    dropped: {},
    evidenceLost: {},
    storeUp: true,
  };
}

function emptyRoute(): RouteTally {
  const slots = STAGES.length * TARGETS.length * STATUS_CLASSES;
  const requests = Array.from({ length: slots }, () => 0);
  return { requests, duration: emptyDurations(), fallbacks: {}, reports: 0, coldStarts: 0, billedMs: 0 };
}

function add(counts: Counts, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}
