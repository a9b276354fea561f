import { visible } from "../config/problems.ts";
import type { Assessment, Check, GateVerdict } from "../evidence/assessment.ts";
import { countsAgainst, standing } from "../report/findings.ts";
import type { Report, RouteReport } from "../report/report.ts";
import { move, VERDICT_WORDS } from "../report/wording.ts";
import { table, type Cell, type Screen, type Style } from "./screen.ts";

const MARKS: Readonly<Record<GateVerdict, string>> = { yes: "✓", no: "✗", unknown: "?" };
const STYLES: Readonly<Record<GateVerdict, Style>> = { yes: "green", no: "red", unknown: "yellow" };

/** Findings shown of each route. */
const MOST_FINDINGS = 5;

/** May these routes move up? A line each where they are several, then each with its list and why. */
export function reportText({ routes }: Report, screen: Screen): string {
  if (routes.length === 0) return "no route was compared (next: banyan flip ROUTE shadow --reason …)";
  const details = routes.map((route) => routeText(route, screen));
  return routes.length === 1 ? details.join("\n\n") : [matrix(routes, screen), ...details].join("\n\n");
}

function matrix(routes: readonly RouteReport[], screen: Screen): string {
  const rows = routes.map(({ route, assessment, ...facts }): Cell[] => [
    route,
    move(facts),
    { text: VERDICT_WORDS[assessment.verdict], style: STYLES[assessment.verdict] },
    assessment.checks
      .filter(({ verdict }) => verdict !== "yes")
      .map(({ name }) => name)
      .join(", "),
  ]);
  return table(["ROUTE", "MOVE", "MAY IT", "BECAUSE OF"], rows, screen);
}

function routeText({ assessment, ...facts }: RouteReport, screen: Screen): string {
  const { route, verdict, checks, findings, next } = assessment;
  const title = `${visible(route)}  ${move(facts)}`;
  const word = VERDICT_WORDS[verdict];
  const gap = " ".repeat(Math.max(2, screen.columns - title.length - word.length));
  const width = Math.max(...checks.map(({ name }) => name.length));
  return [
    `${screen.paint("bold", title)}${gap}${screen.paint(STYLES[verdict], word)}`,
    ...checks.flatMap((check) => checkLines(check, width, findings, screen)),
    `${screen.paint("dim", " next:")} ${visible(next)}`,
  ].join("\n");
}

function checkLines(
  { name, verdict, says, next }: Check,
  width: number,
  findings: Assessment["findings"],
  screen: Screen,
): string[] {
  const indent = " ".repeat(width + 5);
  const lines = [` ${screen.paint(STYLES[verdict], MARKS[verdict])} ${name.padEnd(width)}  ${visible(says)}`];
  if (next !== null) lines.push(`${indent}${screen.paint("dim", visible(next))}`);
  if (name === "mismatches") lines.push(...findingLines(findings).map((line) => `${indent}${line}`));
  return lines;
}

function findingLines(findings: Assessment["findings"]): string[] {
  const shown = findings.slice(0, MOST_FINDINGS).map((finding) => {
    const { at, kind, pairs } = finding;
    const why = countsAgainst(finding) ? "" : `  ${standing(finding)}`;
    return visible(`${at}  ${pairs}×  ${kind}${why}`);
  });
  const more = findings.length - shown.length;
  return more === 0 ? shown : [...shown, `and ${more} more`];
}
