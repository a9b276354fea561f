import { styleText } from "node:util";

/** What was measured of one contender with one shape: one number a round. */
export interface Measured {
  readonly shape: string;
  readonly name: string;
  readonly perSecond: number[];
  /** Of the proxy alone, its children included; user and system. */
  readonly cpuMicros: number[];
  /** Milliseconds at `rate`, by when requests were due; empty when it cannot do that many. */
  readonly p50: number[];
  readonly p99: number[];
  rate?: number;
  errors: number;
  /** Share of a core that clients and monolith took: near 1, they are what is measured. */
  clientShare: number;
  rssMb: number;
}

/** Above this, clients and monolith have no core left to be faster with. */
const SATURATED = 0.95;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return sorted.length === 0 ? Number.NaN : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How far the rounds lie apart, as a share of the median. */
function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/** Tables for people, one a shape. The first contender is what the others are compared with. */
export function printed(
  measured: readonly Measured[],
  { pinned, node, load }: { pinned: boolean; node: string; load: number },
): string {
  const tables = Map.groupBy(measured, ({ shape }) => shape);
  const place = pinned ? "proxy alone on a core" : "not pinned: one core, or no taskset";
  return [
    ...[...tables].map(([shape, rows]) => table(shape, rows)),
    `Node ${node}, ${place}, load average ${load.toFixed(1)} at the end. Medians, ± half of their range.`,
    "CPU: of the proxy, by the operating system's books; least: of one round, for machines that others use. Latency: at one fixed rate, from when a request was due.",
    "* clients and monolith had no core left: the contender may be faster than this. Its CPU is right all the same.",
  ].join("\n");
}

const COLUMNS = ["", "requests/s", "±", "× it", "CPU µs", "least", "p50 ms", "p99 ms", "RSS MB", "errors"];

function table(shape: string, rows: readonly Measured[]): string {
  const own = median(rows[0]!.perSecond);
  const lines = rows.map((row) => {
    const perSecond = median(row.perSecond);
    return [
      row.name,
      `${perSecond.toFixed(0)}${row.clientShare > SATURATED ? "*" : ""}`,
      `${(spread(row.perSecond) * 100).toFixed(0)} %`,
      (own / perSecond).toFixed(2),
      median(row.cpuMicros).toFixed(1),
      Math.min(...row.cpuMicros).toFixed(1),
      row.p50.length === 0 ? "–" : median(row.p50).toFixed(2),
      row.p99.length === 0 ? "–" : median(row.p99).toFixed(2),
      row.rssMb.toFixed(0),
      String(row.errors),
    ];
  });
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  const text = (line: readonly string[]) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
  const rate = rows[0]!.rate === undefined ? "" : `, latency at ${rows[0]!.rate.toFixed(0)}/s`;
  const title = `${shape}${rate}; "× it": how many times its throughput ${rows[0]!.name} has`;
  return [styleText("bold", title), text(COLUMNS), ...lines.map(text), ""].join("\n");
}
