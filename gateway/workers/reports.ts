import type { Clock } from "../clock.ts";
import type { LocalPath } from "../local-path.ts";
import { counters } from "../telemetry/counters.ts";
import { tallying } from "../telemetry/tallies.ts";
import { tee } from "../telemetry/tee.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Report } from "./messages.ts";

/** What a worker counts for the primary. */
export interface Reports {
  /** Where it hears of things. */
  readonly telemetry: Telemetry;
  /** What happened since the last one; null when that is nothing. */
  take(path: Reporting, recordings: Report["recordings"]): Report | null;
}

type Reporting = Pick<LocalPath, "breakers" | "copyBreakers" | "inFlight" | "copiesInFlight">;

const MOST_FUNCTION_REPORTS = 1_000;

/** `onBreaker` is called when one changes, which the primary is to know at once. */
export function reports(clock: Clock, onBreaker: () => void): Reports {
  const counted = counters(clock);
  const tallied = tallying();
  let functionReports: Report["functionReports"][number][] = [];
  let breakersChanged: Report["breakersChanged"][number][] = [];
  let before = "";
  return {
    telemetry: {
      ...tee([counted.telemetry, tallied.telemetry]),
      breakerChanged(event) {
        counted.telemetry.breakerChanged(event);
        breakersChanged.push(event);
        onBreaker();
      },
      functionReported(event) {
        tallied.telemetry.functionReported(event);
        if (functionReports.length < MOST_FUNCTION_REPORTS) functionReports.push(event);
      },
    },
    take(path, recordings) {
      const now = {
        breakers: open(path.breakers()),
        copyBreakers: open(path.copyBreakers()),
        inFlight: path.inFlight(),
        copiesInFlight: path.copiesInFlight(),
        recordings,
      };
      const tallies = tallied.take();
      const report = { counted: counted.take(), tallies, functionReports, breakersChanged, ...now };
      functionReports = [];
      breakersChanged = [];
      const state = JSON.stringify(now);
      const isNews = report.counted.length > 0 || report.functionReports.length > 0 || state !== before;
      before = state;
      return isNews ? report : null;
    },
  };
}

function open(breakers: Report["breakers"]): Report["breakers"] {
  return breakers.filter(({ state }) => state !== "closed");
}
