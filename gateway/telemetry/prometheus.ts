import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import type { MetricFamily } from "./metric-family.ts";

/** Media type of what `prometheusText` writes. */
export const PROMETHEUS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Of the process, however many gateways run in it: memory, CPU, garbage collection, event loop. */
let ofProcess: Registry | undefined;

/** Begins to watch the process: what `prometheusText` says of it counts from here. */
export function watchProcess(): void {
  if (ofProcess !== undefined) return;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
}

/**
 * Metrics in the text format of Prometheus, with those of this process
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
 */
export async function prometheusText(families: readonly MetricFamily[]): Promise<string> {
  const own = (await ofProcess?.getMetricsAsJSON()) ?? [];
  return AggregatorRegistry.aggregate([families, own]).metrics();
}
