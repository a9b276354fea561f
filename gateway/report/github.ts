import { count, counted } from "../evidence/wording.ts";
import { countsAgainst, worstFirst } from "./findings.ts";
import type { Report, RouteReport } from "./report.ts";
import { line } from "./shown.ts";
import { move, VERDICT_WORDS } from "./wording.ts";

/** What GitHub shows of one step and kind; what comes after is dropped without a word. */
const MOST_ANNOTATIONS = 10;

/** Differences that an annotation names. */
const NAMED_FINDINGS = 3;

/**
 * Annotations on the lines of routes that may not move up, worst first, as workflow commands; the last of ten says how many
 * more there are. Empty when there are none. Source: actions/toolkit, packages/core/src/command.ts, and
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function github(report: Report): string {
  const routes = worstFirst(report).filter(({ assessment }) => assessment.verdict !== "yes");
  const shown = routes.length <= MOST_ANNOTATIONS ? routes : routes.slice(0, MOST_ANNOTATIONS - 1);
  const commands = shown.map((route) => annotation(route, report.configFile));
  const more = routes.length - shown.length;
  if (more > 0)
    commands.push(
      command(
        "warning",
        { file: report.configFile, title: "banyan" },
        `${counted(more, "more route")} may not move up`,
      ),
    );
  return commands.map((text) => `${text}\n`).join("");
}

function annotation(route: RouteReport, file: string): string {
  const { route: id, line: startLine, assessment } = route;
  const word = VERDICT_WORDS[assessment.verdict];
  const named = assessment.findings.filter(countsAgainst).slice(0, NAMED_FINDINGS);
  const text = [
    ...assessment.checks
      .filter(({ verdict }) => verdict !== "yes")
      .map(({ name, verdict, says }) => `${verdict === "no" ? "✗" : "?"} ${name}: ${says}`),
    ...named.map(({ at, kind, pairs }) => `· ${at}: ${kind} in ${count(pairs)} pairs`),
    `next: ${assessment.next}`,
  ];
  return command(
    assessment.verdict === "no" ? "error" : "warning",
    { file, line: startLine === null ? "" : String(startLine), title: `${word}: ${id}, ${move(route)}` },
    text.map((one) => line(one)).join("\n"),
  );
}

function command(
  name: "error" | "warning",
  properties: Readonly<Record<string, string>>,
  text: string,
): string {
  const written = Object.entries(properties)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${data(line(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`);
  return `::${name} ${written.join(",")}::${data(text)}`;
}

/** The one place that makes text safe in a command: without line ends it can begin no other. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
