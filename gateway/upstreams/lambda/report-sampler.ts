import type { Clock } from "../../clock.ts";
import { parseReport, type LambdaReport } from "../../cost/report-line.ts";
import type { ReportListener } from "./lambda.ts";

/** One sampled call: its report, what the gateway waited for it, and which version ran. */
export type OnReport = (report: LambdaReport, tookMs: number, version: string | undefined) => void;

/**
 * Asks a share of the calls for the end of their log, where Lambda reports what it bills. That is 4 KB more in an answer's
 * header and its parsing, so not for every call; a tail without a report counts for nothing.
 */
export function reportSampler(
  percent: number,
  clock: Clock,
  onReport: OnReport,
): () => ReportListener | null {
  return () => {
    if (Math.random() * 100 >= percent) return null;
    const startedAt = clock.elapsed();
    return (logResult, version) => {
      const report = parseReport(logResult);
      if (report !== null) onReport(report, clock.elapsed() - startedAt, version);
    };
  };
}
