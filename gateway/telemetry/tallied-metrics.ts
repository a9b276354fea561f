import { STAGES } from "../routes/route.ts";
import { counter, gauge, histogram, type Labels, type MetricFamily, type Sample } from "./metric-family.ts";
import {
  requestSlot,
  STATUS_CLASSES,
  TARGETS,
  type Counts,
  type RouteTally,
  type Tallies,
} from "./tallies.ts";

/** What was counted, as metrics. Series are there once there is something to count; docs/telemetry.md explains each. */
export function talliedMetrics(tallies: Tallies): MetricFamily[] {
  const routes = [...tallies.routes];
  const ofRoutes = (value: (tally: RouteTally) => number) =>
    routes.flatMap(([route, tally]) =>
      tally.reports > 0 ? [{ labels: { route }, value: value(tally) }] : [],
    );
  return [
    counter(
      "banyan_requests_total",
      "Requests that are over, by who made the answer.",
      routes.flatMap(([route, { requests }]) => requestSamples(route, requests)),
    ),
    histogram(
      "banyan_request_duration_seconds",
      "From a request's head to its answer's last byte.",
      routes.map(([route, { duration }]) => [{ route }, duration]),
    ),
    histogram(
      "banyan_upstream_duration_seconds",
      "From asking an upstream to its answer's head.",
      Object.entries(tallies.upstream).map(([target, tally]) => [{ target }, tally]),
    ),
    counter(
      "banyan_upstream_failures_total",
      "Attempts that no answer came of, by kind.",
      Object.entries(tallies.failures).flatMap(([target, kinds]) => samples(kinds, "kind", { target })),
    ),
    counter(
      "banyan_fallbacks_total",
      "Requests that legacy answered in the function's place, by why.",
      routes.flatMap(([route, { fallbacks }]) => samples(fallbacks, "reason", { route })),
    ),
    counter(
      "banyan_requests_refused_total",
      "Requests answered before they were routed, by the problem's code.",
      samples(tallies.refused, "code"),
    ),
    counter(
      "banyan_connections_refused_total",
      "Connections that ended before they could bring a request, by why.",
      samples(tallies.connectionsRefused, "reason"),
    ),
    counter(
      "banyan_shadow_comparisons_total",
      "Compared copies, by verdict.",
      samples(tallies.compared, "verdict"),
    ),
    counter(
      "banyan_shadow_dropped_total",
      "Requests not copied or not compared, by why.",
      samples(tallies.dropped, "reason"),
    ),
    counter(
      "banyan_evidence_lost_total",
      "Compared pairs that could not be kept, by why.",
      samples(tallies.evidenceLost, "reason"),
    ),
    gauge(
      "banyan_evidence_store_up",
      "1 while evidence can be kept.",
      [{ labels: {}, value: tallies.storeUp ? 1 : 0 }],
      "min",
    ),
    counter(
      "banyan_lambda_reports_total",
      "Calls whose REPORT was read: a share of them (aws.reportPercent).",
      ofRoutes(({ reports }) => reports),
    ),
    counter(
      "banyan_lambda_cold_starts_total",
      "Cold starts among the calls whose REPORT was read.",
      ofRoutes(({ coldStarts }) => coldStarts),
    ),
    counter(
      "banyan_lambda_billed_ms_total",
      "Milliseconds billed for the calls whose REPORT was read.",
      ofRoutes(({ billedMs }) => billedMs),
    ),
  ];
}

function samples(counts: Counts, label: string, labels: Labels = {}): Sample[] {
  return Object.entries(counts).map(([word, value]) => ({ labels: { ...labels, [label]: word }, value }));
}

function requestSamples(route: string, requests: readonly number[]): Sample[] {
  const found: Sample[] = [];
  for (const [stageAt, stage] of STAGES.entries()) {
    for (const [targetAt, target] of TARGETS.entries()) {
      for (let statusClass = 1; statusClass <= STATUS_CLASSES; statusClass += 1) {
        const value = requests[requestSlot(stageAt, targetAt, statusClass)]!;
        const labels = { route, target, stage, code_class: `${statusClass}xx` };
        if (value > 0) found.push({ labels, value });
      }
    }
  }
  return found;
}
