import type { Issue } from "./issues.ts";
import { issuesOf } from "./issues.ts";
import type { Report } from "./report.ts";
import { line } from "./shown.ts";

const SEVERITY: Readonly<Record<Issue["severity"], string>> = {
  error: "major",
  warning: "minor",
  note: "info",
};

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
export function gitlab(report: Report): string {
  const path = line(report.configFile);
  const written = issuesOf(report).map((issue) => ({
    description: issue.message,
    check_name: issue.rule.id,
    fingerprint: issue.fingerprint,
    severity: SEVERITY[issue.severity],
    location: { path, lines: { begin: issue.line ?? 1 } },
  }));
  return `${JSON.stringify(written, null, 2)}\n`;
}
