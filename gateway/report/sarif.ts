import { ISSUE_RULES, issuesOf, type Issue } from "./issues.ts";
import type { Report } from "./report.ts";
import { line } from "./shown.ts";

/** SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarif(report: Report): string {
  const rules = ISSUE_RULES.map(({ id, name, summary }) => ({
    id,
    name,
    shortDescription: { text: summary },
  }));
  const uri = uriOf(report.configFile);
  const run = {
    tool: { driver: { name: "banyan", rules } },
    columnKind: "utf16CodeUnits",
    results: issuesOf(report).map((issue) => resultOf(issue, uri)),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(
  { rule, severity, route, line: startLine, message, fingerprint }: Issue,
  uri: string,
): unknown {
  const region = startLine === null ? {} : { region: { startLine } };
  return {
    ruleId: rule.id,
    ruleIndex: ISSUE_RULES.indexOf(rule),
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, ...region },
        logicalLocations: [{ name: route, kind: "resource" }],
      },
    ],
    partialFingerprints: { "banyan/v1": fingerprint },
  };
}

/** A relative reference; `line` also takes out what no URI can hold. */
function uriOf(file: string): string {
  return line(file).replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
