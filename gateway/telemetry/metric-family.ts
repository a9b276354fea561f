import { BOUNDS_S, type DurationTally } from "./duration-tally.ts";

export type Labels = Readonly<Record<string, string>>;

/** One metric with all its series, as plain data. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** How the series of several processes become one. */
  readonly aggregator: "sum" | "min" | "max";
  readonly values: readonly Sample[];
}

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not the family's: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string;
}

export function counter(name: string, help: string, values: readonly Sample[]): MetricFamily {
  return { name, help, type: "counter", aggregator: "sum", values };
}

export function gauge(
  name: string,
  help: string,
  values: readonly Sample[],
  aggregator: MetricFamily["aggregator"] = "max",
): MetricFamily {
  return { name, help, type: "gauge", aggregator, values };
}

/** A histogram, cumulative as Prometheus wants it. */
export function histogram(
  name: string,
  help: string,
  series: Iterable<readonly [labels: Labels, tally: DurationTally]>,
): MetricFamily {
  const values: Sample[] = [];
  for (const [labels, { counts, sumS }] of series) {
    let below = 0;
    for (const [at, count] of counts.entries()) {
      below += count;
      const le = String(BOUNDS_S[at] ?? "+Inf");
      values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: below });
    }
    values.push({ metricName: `${name}_sum`, labels, value: sumS });
    values.push({ metricName: `${name}_count`, labels, value: below });
  }
  return { name, help, type: "histogram", aggregator: "sum", values };
}
