import { countsAgainst } from "./findings.ts";
import type { Report } from "./report.ts";

/** What a pipeline may fail on, strictest last but one. */
export const FAIL_ON = ["never", "regression", "diff"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * Whether a pipeline is to fail, whatever else a report has to say:
 * - `regression`: some route's verdict is no;
 * - `diff`: that, or any difference that neither a rule nor legacy's own noise excuses;
 * - `never`.
 *
 * What is unknown fails none of them: it is no evidence of anything, and has an exit code of its own.
 */
export function failsOn(report: Report, failOn: FailOn): boolean {
  switch (failOn) {
    case "never":
      return false;
    case "regression":
      return report.verdict === "no";
    case "diff":
      return (
        report.verdict === "no" ||
        report.routes.some(({ assessment }) => assessment.findings.some(countsAgainst))
      );
    default:
      return failOn satisfies never;
  }
}
