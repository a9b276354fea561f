import type { TrafficHistory } from "../live/traffic-history.ts";
import { Chart } from "../parts/chart.tsx";
import { milliseconds, percent, rate, timeOfDay } from "../parts/number-text.ts";

/** What this page saw of the route since it was opened. */
export function TrafficCharts({ history: { points, flips } }: { history: TrafficHistory }) {
  const at = points.map((point) => point.at);
  return (
    <section class="panel charts" aria-labelledby="charts-title">
      <div class="panel-head">
        <h2 id="charts-title">Live</h2>
        <span class="hint">since this page was opened</span>
      </div>
      {flips.length > 0 && (
        <p class="hint">
          Flips: {flips.map(({ at: moment, says }) => `${timeOfDay(moment)} ${says}`).join(", ")}
        </p>
      )}
      <Chart
        title="Answers a minute"
        at={at}
        flips={flips}
        format={rate}
        lines={[
          { name: "legacy", label: "legacy", values: points.map(({ legacyPerMinute }) => legacyPerMinute) },
          {
            name: "function",
            label: "function",
            values: points.map(({ functionPerMinute }) => functionPerMinute),
          },
        ]}
      />
      <Chart
        title="p99"
        at={at}
        flips={flips}
        format={milliseconds}
        lines={[
          { name: "legacy", label: "legacy", values: points.map(({ legacyP99Ms }) => legacyP99Ms) },
          { name: "function", label: "function", values: points.map(({ functionP99Ms }) => functionP99Ms) },
        ]}
      />
      <Chart
        title="Answers that differ"
        at={at}
        flips={flips}
        format={percent}
        lines={[
          {
            name: "mismatch",
            label: "of compared pairs",
            values: points.map(({ mismatchPercent }) => mismatchPercent),
          },
        ]}
      />
    </section>
  );
}
