import type { Check } from "../evidence/assessment.ts";
import { count } from "../evidence/wording.ts";
import { countsAgainst, standing } from "./findings.ts";
import { markup } from "./markup.ts";
import type { Report, RouteReport } from "./report.ts";
import type { SafeText } from "./safe-template.ts";
import { line } from "./shown.ts";
import { headline, leftText, move, VERDICT_WORDS } from "./wording.ts";

/** Differences that the message of a case names. */
const NAMED_FINDINGS = 10;

interface Case {
  readonly outcome: "passed" | "failed" | "errored" | "skipped";
  readonly xml: SafeText;
}

/**
 * JUnit XML, for whatever draws test results: a case for each route and check. `no` is a failure, `unknown` is skipped,
 * and an error where it is unknown because nobody could be reached.
 * The elements and their order satisfy Jenkins' schema (junit-4.xsd of the xUnit plugin) and Ant's (windyroad/JUnit-Schema).
 */
export function junit(report: Report): string {
  const suite = suiteName(report);
  const cases = report.routes.flatMap((route) =>
    route.assessment.checks.map((check) => caseOf(suite, route, check)),
  );
  const of = (outcome: Case["outcome"]) => cases.filter((one) => one.outcome === outcome).length;
  const timestamp = new Date(report.judgedAt).toISOString().slice(0, 19);
  const out = [`${VERDICT_WORDS[report.verdict]}: ${headline(report)}`, leftText(report.left)];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${suite}" package="banyan" id="0" hostname="localhost" timestamp="${timestamp}" tests="${cases.length}" failures="${of("failed")}" errors="${of("errored")}" skipped="${of("skipped")}" time="0">
    <properties>
      <property name="config" value="${line(report.configFile)}"/>
    </properties>
${cases.map(({ xml }) => xml)}    <system-out>${out.filter((text) => text !== "").join("\n")}</system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`.text;
}

/** After the corpora, so that reports of several do not overwrite each other. */
function suiteName({ source }: Report): string {
  return line(source.names.length === 0 ? source.kind : source.names.join(", "));
}

function caseOf(suite: string, route: RouteReport, check: Check): Case {
  const classname = `banyan.${suite}.${line(route.route)}`;
  const { outcome, xml } = resultOf(route, check);
  return {
    outcome,
    xml: markup`    <testcase classname="${classname}" name="${check.name}" time="0">${xml}</testcase>
`,
  };
}

function resultOf(route: RouteReport, check: Check): Case {
  const says = line(check.says);
  const body = [says, check.next ?? "", ...findingLines(route, check), `next: ${route.assessment.next}`]
    .filter((text) => text !== "")
    .map((text) => line(text))
    .join("\n");
  switch (check.verdict) {
    case "yes":
      return { outcome: "passed", xml: markup`` };
    case "no":
      return {
        outcome: "failed",
        xml: markup`<failure type="${check.name}" message="${says}">${line(route.match)}, ${move(route)}
${body}</failure>`,
      };
    case "unknown": {
      const unreachable = route.left["unreachable"] ?? 0;
      // Only the first of them: one thing that is wrong is one error.
      if (check.name !== "pairs" || unreachable === 0)
        return { outcome: "skipped", xml: markup`<skipped>${body}</skipped>` };
      const message = `${count(unreachable)} requests reached nobody`;
      return {
        outcome: "errored",
        xml: markup`<error type="unreachable" message="${message}">${message}
${body}</error>`,
      };
    }
    default:
      return check.verdict satisfies never;
  }
}

function findingLines({ assessment: { findings } }: RouteReport, { name }: Check): string[] {
  if (name !== "mismatches" && name !== "fields") return [];
  return findings
    .filter(countsAgainst)
    .slice(0, NAMED_FINDINGS)
    .map((finding) => {
      const { at, kind, pairs, example } = finding;
      const values =
        example === null ? "" : `: ${example.primary ?? "nothing"} → ${example.candidate ?? "nothing"}`;
      return `${line(at)} ${kind} in ${count(pairs)} pairs (${standing(finding)})${values}`;
    });
}
