import { createHash } from "node:crypto";
import { CHECKS, type CheckName } from "../evidence/assessment.ts";
import { count } from "../evidence/wording.ts";
import { countsAgainst, MOST_FINDINGS, standing, worstFirst } from "./findings.ts";
import type { Report, RouteReport } from "./report.ts";
import { line } from "./shown.ts";

/** What a code scanner calls a rule: one for each check, and one for what differs. */
export interface IssueRule {
  readonly id: string;
  readonly name: CheckName | "difference";
  readonly summary: string;
}

const SUMMARIES: Readonly<Record<IssueRule["name"], string>> = {
  pairs: "Enough pairs of answers were compared",
  mismatches: "The function's answers are legacy's, as often as the gate demands",
  fields: "No field differs more often than legacy differs from itself",
  errors: "The function fails no more often than legacy",
  latency: "The function is as fast as the gate demands",
  coverage: "What legacy answers was seen from the function, too",
  freshness: "The evidence is of late",
  breaker: "The function's breakers have been closed for long enough",
  gateways: "All gateways agree",
  difference: "The function's answer is not legacy's here",
};

export const ISSUE_RULES: readonly IssueRule[] = [...CHECKS, "difference" as const].map((name, n) => ({
  id: `BYN${2001 + n}`,
  name,
  summary: SUMMARIES[name],
}));

/** One thing that a code scanner shows at the route's line in routes.yaml. */
export interface Issue {
  readonly rule: IssueRule;
  readonly severity: "error" | "warning" | "note";
  readonly route: string;
  /** 1-based line in the configuration file; null when unknown. */
  readonly line: number | null;
  readonly message: string;
  /** The same for the same issue, whatever its numbers are and wherever in the file its route moves. */
  readonly fingerprint: string;
}

/** What does not hold, worst routes first. */
export function issuesOf(report: Report): Issue[] {
  return worstFirst(report).flatMap((route) => [...checkIssues(route), ...findingIssues(route)]);
}

function checkIssues({ route, line: lineNumber, assessment }: RouteReport): Issue[] {
  return assessment.checks
    .filter(({ verdict }) => verdict !== "yes")
    .map(({ name, verdict, says, next }) => ({
      rule: ruleOf(name),
      severity: verdict === "no" ? "error" : "note",
      route: line(route),
      line: lineNumber,
      message: line(`${route}: ${name}: ${says}${next === null ? "" : ` (${next})`}`, 1_000),
      fingerprint: digest([route, name]),
    }));
}

function findingIssues({ route, line: lineNumber, assessment }: RouteReport): Issue[] {
  return assessment.findings
    .filter(countsAgainst)
    .slice(0, MOST_FINDINGS)
    .map((finding) => {
      const { at, kind, pairs, noise, example } = finding;
      const values = example === null ? "" : `: ${shown(example.primary)} → ${shown(example.candidate)}`;
      return {
        rule: ruleOf("difference"),
        severity: noise === "regresses" ? "error" : "warning",
        route: line(route),
        line: lineNumber,
        message: `${line(route)}: ${kind} at ${line(at)} in ${count(pairs)} pairs, ${standing(finding)}${values}`,
        fingerprint: digest([route, "difference", at, kind]),
      };
    });
}

const shown = (value: string | null) => (value === null ? "nothing" : line(value, 100));

function ruleOf(name: IssueRule["name"]): IssueRule {
  return ISSUE_RULES.find((rule) => rule.name === name)!;
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
