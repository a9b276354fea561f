import type { BreakerState, BreakerTraffic } from "../breaker/breaker.ts";
import type { BreakerStatus } from "../breaker/registry.ts";
import { flagOf } from "../flags/decide.ts";
import { STAGES } from "../routes/route.ts";
import { gauge, type MetricFamily, type Sample } from "../telemetry/metric-family.ts";
import { prometheusText } from "../telemetry/prometheus.ts";
import { talliedMetrics } from "../telemetry/tallied-metrics.ts";
import type { AdminParts, LiveParts } from "./admin-parts.ts";
import { rungOf } from "./find-route.ts";

/** What a running gateway counted and how it stands, for Prometheus. Empty of requests while none runs. */
export async function metricsOf(parts: AdminParts): Promise<string> {
  const { live } = parts;
  return prometheusText(live === null ? [] : [...talliedMetrics(live.tallies), ...stateMetrics(parts, live)]);
}

/** Each state as a number, worst highest, so that `max` over gateways says the worst. */
const BREAKER_VALUES: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 };

function stateMetrics(parts: AdminParts, live: LiveParts): MetricFamily[] {
  const now = parts.clock.now();
  const snapshot = parts.flags.current();
  const { fresh, lastReadAt } = parts.flags.health();
  const { routes } = parts.table();
  const rungs = routes.map((route) => [route.id, rungOf(route, snapshot, now)] as const);
  const ofRoutes = (value: (rung: ReturnType<typeof rungOf>) => number): Sample[] =>
    rungs.map(([route, rung]) => ({ labels: { route }, value: value(rung) }));
  return [
    gauge("banyan_build_info", "1, with the version.", [{ labels: { version: parts.version }, value: 1 }]),
    gauge("banyan_requests_in_flight", "Requests under way.", one(live.inFlight()), "sum"),
    gauge("banyan_copies_in_flight", "Requests that are being copied.", one(live.copiesInFlight()), "sum"),
    gauge(
      "banyan_route_stage",
      `Stage of a route, kill switches aside: ${STAGES.map((stage, at) => `${at} ${stage}`).join(", ")}.`,
      ofRoutes(({ stage }) => STAGES.indexOf(stage)),
    ),
    gauge(
      "banyan_route_canary_percent",
      "Share of clients that the function answers, while the stage is canary.",
      rungs.flatMap(([route, { percent }]) =>
        percent === null ? [] : [{ labels: { route }, value: percent }],
      ),
    ),
    gauge(
      "banyan_route_killed",
      "1 while an emergency stop sends a route's requests to legacy.",
      routes.map((route) => ({
        labels: { route: route.id },
        value: bit(snapshot.killed || flagOf(route, snapshot, now).killed === true),
      })),
    ),
    gauge("banyan_breaker_state", "0 closed, 1 half-open, 2 open; of breakers that were asked so far.", [
      ...breakers(live.breakers(), "clients"),
      ...breakers(live.copyBreakers(), "copies"),
    ]),
    gauge(
      "banyan_flags_fresh",
      "1 while the last attempt to read the flags succeeded.",
      one(bit(fresh)),
      "min",
    ),
    gauge(
      "banyan_flag_age_seconds",
      "Since the flags were last read.",
      lastReadAt === null ? [] : one((now - lastReadAt) / 1000),
    ),
    gauge(
      "banyan_config_reload_success",
      "1 while the newest routes.yaml is in use.",
      one(bit(live.configProblem() === null)),
      "min",
    ),
  ];
}

/** Each worker has breakers of its own: the worst says it. */
function breakers(states: readonly BreakerStatus[], traffic: BreakerTraffic): Sample[] {
  const worst = new Map<string, Sample>();
  for (const { routeId, side, state } of states) {
    const key = `${side} ${routeId}`;
    const value = Math.max(BREAKER_VALUES[state], worst.get(key)?.value ?? 0);
    worst.set(key, { labels: { route: routeId, target: side, traffic }, value });
  }
  return [...worst.values()];
}

function one(value: number): Sample[] {
  return [{ labels: {}, value }];
}

function bit(is: boolean): number {
  return is ? 1 : 0;
}
