import type { Clock } from "../clock.ts";
import { invocations, type InvocationSummary, type Invocations } from "../cost/invocations.ts";
import type { Verdict } from "../diff/comparison.ts";
import type { DecisionReason } from "../flags/decide.ts";
import type { FailureKind, Side } from "../upstreams/upstream.ts";
import { recentCount, type RecentCount } from "./recent-count.ts";
import { recentLatency, type RecentLatency } from "./recent-latency.ts";
import { silentTelemetry } from "./silent.ts";
import type { Telemetry } from "./telemetry.ts";

/** What one side did with the requests it was asked. */
export interface SideCounts {
  /** Answers of any status. */
  readonly answered: number;
  /** Of these, 5xx. */
  readonly serverErrors: number;
  /** Failure kind → how often there was no answer at all. */
  readonly failed: Readonly<Record<string, number>>;
  /** To the answer's headers, over the last 5–10 minutes; null when there were no answers. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** The last answer below 500, in wall-clock milliseconds; null when there was none. */
  readonly succeededAt: number | null;
  /** The last 5xx or failure that was not the client's doing. */
  readonly failedAt: number | null;
}

/** What happened to a route's requests since the gateway started. */
export interface RouteCounts {
  readonly requests: number;
  readonly lastMinute: number;
  readonly lastFiveMinutes: number;
  /** Over the last five minutes, or since the gateway started. */
  readonly perMinute: number;
  readonly answeredBy: Readonly<Record<Side | "gateway", number>>;
  /** Requests that stayed on legacy only because their client had none of the keys that the route goes by. */
  readonly withoutKey: number;
  /** Why legacy answered in the function's place → how often. */
  readonly fallbacks: Readonly<Record<string, number>>;
  /** Status of an answer that the gateway had to make itself → how often. */
  readonly problems: Readonly<Record<string, number>>;
  readonly legacy: SideCounts;
  readonly function: SideCounts;
  /** Copies by verdict, and by why there is none. */
  readonly shadow: {
    readonly compared: Readonly<Record<string, number>>;
    readonly dropped: Readonly<Record<string, number>>;
  };
  /** When the function's breaker last opened, in wall-clock milliseconds; null when it never did. */
  readonly breakerOpenedAt: number | null;
  /** The same of the breaker that its copies have. */
  readonly copyBreakerOpenedAt: number | null;
  /** What the reports of its function say. */
  readonly invocations: InvocationSummary;
}

export interface Counters {
  /** Where events are counted. */
  readonly telemetry: Telemetry;
  /** A route's counts; of requests that no route took, for null. */
  of(routeId: string | null): RouteCounts;
  /** What was counted since it was taken before, and is counted here no longer. */
  take(): RouteIncrement[];
  /** Counts what another process has taken from its counters. */
  add(increments: readonly RouteIncrement[]): void;
}

/** What happened to a route's requests in another process: counts that add up. */
export interface RouteIncrement extends Pick<
  RouteTally,
  "requests" | "withoutKey" | "breakerOpenedAt" | "copyBreakerOpenedAt"
> {
  readonly routeId: string | null;
  readonly answeredBy: Readonly<Record<Side | "gateway", number>>;
  readonly fallbacks: ReadonlyMap<string, number>;
  readonly problems: ReadonlyMap<string, number>;
  readonly legacy: SideIncrement;
  readonly function: SideIncrement;
  readonly shadow: {
    readonly compared: ReadonlyMap<Verdict, number>;
    readonly dropped: ReadonlyMap<string, number>;
  };
}

interface SideIncrement {
  readonly answered: number;
  readonly serverErrors: number;
  readonly failed: ReadonlyMap<string, number>;
  readonly succeededAt: number | null;
  readonly failedAt: number | null;
  /** As `RecentLatency.bins` gives them. */
  readonly latency: Uint32Array;
}

/** Failures that say nothing about who was asked. */
const CLIENTS_DOING: ReadonlySet<string> = new Set(["client-gone", "client-slow"] satisfies FailureKind[]);

const WITHOUT_KEY: ReadonlySet<DecisionReason> = new Set(["canary-no-key", "rule-no-key"]);

/** Counts in memory what operators ask first; constant in size however many requests there are. */
export function counters(clock: Clock): Counters {
  const startedAt = clock.elapsed();
  const minutesSince = (start: number) => (clock.elapsed() - start) / 60_000;
  const tallies = new Map<string | null, RouteTally>();
  const tallyOf = (routeId: string | null) => {
    let tally = tallies.get(routeId);
    if (tally === undefined) tallies.set(routeId, (tally = emptyTally(clock)));
    return tally;
  };
  return {
    telemetry: {
      ...silentTelemetry,
      requestFinished({ route, decision, answeredBy, fallbackFrom, status }) {
        const tally = tallyOf(route?.id ?? null);
        tally.requests += 1;
        tally.recent.add();
        tally.answeredBy[answeredBy] += 1;
        if (WITHOUT_KEY.has(decision.reason)) tally.withoutKey += 1;
        if (fallbackFrom !== null) add(tally.fallbacks, fallbackFrom);
        if (answeredBy === "gateway") add(tally.problems, String(status));
      },
      upstreamAnswered({ route, side, status, durationMs }) {
        const tally = tallyOf(route?.id ?? null)[side];
        tally.answered += 1;
        if (status >= 500) tally.serverErrors += 1;
        tally[status >= 500 ? "failedAt" : "succeededAt"] = clock.now();
        tally.latency.record(durationMs);
      },
      upstreamFailed({ route, side, error }) {
        const tally = tallyOf(route?.id ?? null)[side];
        add(tally.failed, error.kind);
        if (!CLIENTS_DOING.has(error.kind)) tally.failedAt = clock.now();
      },
      shadowed({ route, outcome, reason }) {
        const { compared, dropped } = tallyOf(route.id).shadow;
        if (outcome === "dropped") add(dropped, reason ?? "unknown");
        else add(compared, outcome);
      },
      breakerChanged({ routeId, side, traffic, state }) {
        if (side !== "function" || state !== "open") return;
        tallyOf(routeId)[traffic === "clients" ? "breakerOpenedAt" : "copyBreakerOpenedAt"] = clock.now();
      },
      functionReported({ routeId, report, tookMs, version }) {
        tallyOf(routeId).invocations.record(report, tookMs, version);
      },
    },
    take() {
      const taken = [...tallies].map(([routeId, tally]) => incrementOf(routeId, tally));
      tallies.clear();
      return taken;
    },
    add(increments) {
      for (const increment of increments) addTo(tallyOf(increment.routeId), increment);
    },
    of: (routeId) => countsOf(tallies.get(routeId) ?? emptyTally(clock), minutesSince(startedAt)),
  };
}

interface SideTally {
  answered: number;
  serverErrors: number;
  readonly failed: Map<string, number>;
  succeededAt: number | null;
  failedAt: number | null;
  readonly latency: RecentLatency;
}

interface RouteTally {
  requests: number;
  withoutKey: number;
  breakerOpenedAt: number | null;
  copyBreakerOpenedAt: number | null;
  readonly recent: RecentCount;
  readonly answeredBy: Record<Side | "gateway", number>;
  readonly fallbacks: Map<string, number>;
  readonly problems: Map<string, number>;
  readonly legacy: SideTally;
  readonly function: SideTally;
  readonly shadow: { readonly compared: Map<Verdict, number>; readonly dropped: Map<string, number> };
  readonly invocations: Invocations;
}

function emptyTally(clock: Clock): RouteTally {
  const side = (): SideTally => ({
    answered: 0,
    serverErrors: 0,
    failed: new Map(),
    succeededAt: null,
    failedAt: null,
    latency: recentLatency(clock),
  });
  return {
    requests: 0,
    withoutKey: 0,
    breakerOpenedAt: null,
    copyBreakerOpenedAt: null,
    recent: recentCount(clock),
    answeredBy: { legacy: 0, function: 0, gateway: 0 },
    fallbacks: new Map(),
    problems: new Map(),
    legacy: side(),
    function: side(),
    shadow: { compared: new Map(), dropped: new Map() },
    invocations: invocations(clock),
  };
}

function add(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

function incrementOf(routeId: string | null, tally: RouteTally): RouteIncrement {
  const { requests, withoutKey, breakerOpenedAt, copyBreakerOpenedAt } = tally;
  const { answeredBy, fallbacks, problems, shadow } = tally;
  const side = ({ latency, ...counts }: SideTally) => ({ ...counts, latency: latency.bins() });
  return {
    routeId,
    requests,
    withoutKey,
    breakerOpenedAt,
    copyBreakerOpenedAt,
    answeredBy,
    fallbacks,
    problems,
    shadow,
    legacy: side(tally.legacy),
    function: side(tally.function),
  };
}

function addTo(tally: RouteTally, more: RouteIncrement): void {
  tally.requests += more.requests;
  tally.recent.add(more.requests);
  tally.withoutKey += more.withoutKey;
  tally.breakerOpenedAt = more.breakerOpenedAt ?? tally.breakerOpenedAt;
  tally.copyBreakerOpenedAt = more.copyBreakerOpenedAt ?? tally.copyBreakerOpenedAt;
  for (const by of ["legacy", "function", "gateway"] as const) tally.answeredBy[by] += more.answeredBy[by];
  addAll(tally.fallbacks, more.fallbacks);
  addAll(tally.problems, more.problems);
  addAll(tally.shadow.compared, more.shadow.compared);
  addAll(tally.shadow.dropped, more.shadow.dropped);
  for (const side of ["legacy", "function"] as const) {
    tally[side].answered += more[side].answered;
    tally[side].serverErrors += more[side].serverErrors;
    addAll(tally[side].failed, more[side].failed);
    tally[side].succeededAt = later(tally[side].succeededAt, more[side].succeededAt);
    tally[side].failedAt = later(tally[side].failedAt, more[side].failedAt);
    tally[side].latency.add(more[side].latency);
  }
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function addAll(counts: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [key, times] of more) add(counts, key, times);
}

function countsOf(tally: RouteTally, uptimeMinutes: number): RouteCounts {
  return {
    requests: tally.requests,
    lastMinute: tally.recent.within(1),
    lastFiveMinutes: tally.recent.within(5),
    // Right after the start, a minute is the least that a rate can be told from.
    perMinute: tally.recent.within(5) / Math.min(5, Math.max(1, uptimeMinutes)),
    answeredBy: { ...tally.answeredBy },
    withoutKey: tally.withoutKey,
    fallbacks: Object.fromEntries(tally.fallbacks),
    problems: Object.fromEntries(tally.problems),
    legacy: sideCountsOf(tally.legacy),
    function: sideCountsOf(tally.function),
    shadow: {
      compared: Object.fromEntries(tally.shadow.compared),
      dropped: Object.fromEntries(tally.shadow.dropped),
    },
    breakerOpenedAt: tally.breakerOpenedAt,
    copyBreakerOpenedAt: tally.copyBreakerOpenedAt,
    invocations: tally.invocations.summary(),
  };
}

function sideCountsOf({ latency, failed, ...tally }: SideTally): SideCounts {
  return {
    ...tally,
    failed: Object.fromEntries(failed),
    p50Ms: latency.percentileMs(0.5),
    p99Ms: latency.percentileMs(0.99),
  };
}
