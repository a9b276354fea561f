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
  /** What happened since the last one. */
  take(path: Reporting, recordings: Report["recordings"]): Report;
}

type Reporting = Pick<LocalPath, "breakers" | "copyBreakers" | "inFlight" | "copiesInFlight" | "problems">;

const MOST_FUNCTION_REPORTS = 1_000;

/** `onBreaker` is called when one changes, which the primary is to know at once. */
export function reports(clock: Clock, onBreaker: () => void): Reports {
  const counted = counters(clock);
  const tallied = tallying();
  let functionReports: Report["functionReports"][number][] = [];
  let breakersChanged: Report["breakersChanged"][number][] = [];
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
      const report = {
        counted: counted.take(),
        tallies: tallied.take(),
        functionReports,
        breakersChanged,
        breakers: open(path.breakers()),
        copyBreakers: open(path.copyBreakers()),
        inFlight: path.inFlight(),
        copiesInFlight: path.copiesInFlight(),
        problems: path.problems(),
        recordings,
      };
      functionReports = [];
      breakersChanged = [];
      return report;
    },
  };
}

function open(breakers: Report["breakers"]): Report["breakers"] {
  return breakers.filter(({ state }) => state !== "closed");
}
