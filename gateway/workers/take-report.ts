import type { PathParts } from "../data-path.ts";
import type { Member } from "./member.ts";
import { addTallies } from "../telemetry/tallies.ts";
import type { Report } from "./messages.ts";

/** Adds what a worker counted to what is counted for all of them. Its log lines it has written itself. */
export function takeReport(
  report: Report,
  from: Pick<Member, "state" | "requests">,
  { counters, changes, tallies }: Pick<PathParts, "counters" | "changes" | "tallies">,
): void {
  from.state = report;
  counters.add(report.counted);
  addTallies(tallies, report.tallies);
  for (const { requests } of report.counted) from.requests += requests;
  for (const one of report.functionReports) counters.telemetry.functionReported(one);
  for (const { routeId, shadow } of report.counted) {
    if (routeId === null) continue;
    for (const [verdict, times] of shadow.compared) changes.copied(routeId, verdict, times);
    for (const times of shadow.dropped.values()) changes.copied(routeId, "dropped", times);
  }
  for (const change of report.breakersChanged) changes.telemetry.breakerChanged(change);
}
