import type { Check, Finding, GateVerdict } from "../evidence/assessment.ts";
import { count } from "../evidence/wording.ts";
import { countsAgainst, standing, worstFirst } from "./findings.ts";
import type { Report, RouteReport } from "./report.ts";
import { safeTemplate, type SafeText } from "./safe-template.ts";
import { line, minute } from "./shown.ts";
import { evidenceText, headline, leftText, move, sides, sourceText, VERDICT_WORDS, why } from "./wording.ts";

/** GitHub takes comments of 65,536 characters. */
export const COMMENT_BYTES = 60_000;
/** GitHub takes summaries of 1 MiB a step. */
export const SUMMARY_BYTES = 900_000;

/** Differences over all routes that stand in front, and differences of one route that are folded away. */
const TOP_FINDINGS = 5;
const ROUTE_FINDINGS = 20;

const ICONS: Readonly<Record<GateVerdict, string>> = { yes: "✅", no: "❌", unknown: "❔" };

/**
 * A pull request's comment, or a job's summary: the verdict, routes, top differences, and all else folded. What does not
 * fit into `maxBytes` of UTF-8 is left out at the end, and counted.
 */
export function markdown(report: Report, { maxBytes }: { readonly maxBytes: number }): string {
  const routes = worstFirst(report);
  const top = topFindings(routes);
  const left = leftText(report.left);
  return fitted(
    [
      prose`## ${ICONS[report.verdict]} ${VERDICT_WORDS[report.verdict]}: ${headline(report)}\n\n`,
      prose`<sub>${sourceText(report.source)} · judged ${minute(report.judgedAt)}</sub>\n\n`,
      ...table(["", "route", "move", "pairs", "why"], routes.map(routeRow)),
      ...(top.length === 0 ? [] : [prose`### Top differences\n\n`, ...table(TOP_HEADS, top.map(topRow))]),
      ...routes.map(details),
      ...(left === "" ? [] : [prose`\n<sub>Not compared: ${left}</sub>\n`]),
    ],
    maxBytes,
  );
}

function routeRow(route: RouteReport): SafeText {
  const { verdict, pairs } = route.assessment;
  const word = prose`${ICONS[verdict]} ${VERDICT_WORDS[verdict]}`;
  return row([word, code(route.route), prose`${move(route)}`, prose`${count(pairs)}`, prose`${why(route)}`]);
}

/** A finding and the route it is of. */
type TopFinding = readonly [RouteReport, Finding];

function topFindings(routes: readonly RouteReport[]): TopFinding[] {
  return routes
    .flatMap((route) =>
      route.assessment.findings.filter(countsAgainst).map((finding): TopFinding => [route, finding]),
    )
    .toSorted(([, a], [, b]) => b.pairs - a.pairs)
    .slice(0, TOP_FINDINGS);
}

const TOP_HEADS = ["pairs", "route", "where", "what", "answered", "compared"];

function topRow([route, finding]: TopFinding): SafeText {
  return row([prose`${count(finding.pairs)}`, code(route.route), ...findingCells(finding)]);
}

/** A route with everything, folded: HTML around tables, which need empty lines about them. */
function details(route: RouteReport): SafeText {
  const { assessment, live } = route;
  const { verdict, checks, findings, next } = assessment;
  const listed = findings.slice(0, ROUTE_FINDINGS);
  const more = findings.length - listed.length;
  const left = leftText(route.left);
  const heads = ["pairs", "held against it?", "where", "what", ...sides(route)];
  const parts: readonly SafeText[] = [
    prose`<details><summary>${ICONS[verdict]} ${code(route.route)} ${move(route)}: ${VERDICT_WORDS[verdict]}</summary>\n\n`,
    prose`${code(route.match)} · ${evidenceText(route)}\n\n`,
    ...table(["", "check", "what was found", "what would change it"], checks.map(checkRow)),
    ...(listed.length === 0 ? [] : table(heads, listed.map(findingRow))),
    ...(more > 0 ? [prose`and ${count(more)} more\n\n`] : []),
    ...(left === "" ? [] : [prose`Not compared: ${left}\n\n`]),
    ...(live?.disagreements ?? []).map((said) => prose`Gateways do not agree: ${said}\n\n`),
    prose`Next: ${code(next)}\n\n</details>\n`,
  ];
  return prose`${parts}`;
}

function checkRow({ name, verdict, says, next }: Check): SafeText {
  return row([prose`${ICONS[verdict]}`, prose`${name}`, prose`${says}`, prose`${next ?? ""}`]);
}

function findingRow(finding: Finding): SafeText {
  return row([prose`${count(finding.pairs)}`, prose`${standing(finding)}`, ...findingCells(finding)]);
}

function findingCells({ at, kind, example }: Finding): SafeText[] {
  const values = example === null ? [prose``, prose``] : [value(example.primary), value(example.candidate)];
  return [code(at), prose`${kind}`, ...values];
}

/** What stood there; nothing is not the same as an empty text. */
function value(text: string | null): SafeText {
  return text === null ? prose`*nothing*` : code(text, 120);
}

/** Rows, an element each, so that they stay whole when something has to be left out. */
function table(heads: readonly string[], rows: readonly SafeText[]): SafeText[] {
  return [row(heads.map((head) => prose`${head}`)), row(heads.map(() => prose`---`)), ...rows, prose`\n`];
}

function row(cells: readonly SafeText[]): SafeText {
  return prose`${cells.map((cell) => prose`| ${cell} `)}|\n`;
}

/** As many parts as fit, and a word on the others. */
function fitted(parts: readonly SafeText[], maxBytes: number): string {
  const note = (left: number) =>
    `\n<sub>${count(left)} more parts did not fit in here; the HTML report has them.</sub>\n`;
  let room = maxBytes - Buffer.byteLength(note(parts.length));
  const end = parts.findIndex(({ text }) => (room -= Buffer.byteLength(text)) < 0);
  const shown = end === -1 ? parts : parts.slice(0, end);
  return shown.map(({ text }) => text).join("") + (end === -1 ? "" : note(parts.length - end));
}

/** Signs that Markdown, GitHub and GitLab read more into, as references to the character, which are only ever that. */
function escaped(text: string): string {
  return line(text, 1_000).replaceAll(/[!#$&*:<>@[\\\]^_`{|}~]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * Text of strangers in a sentence. Mentions and issue numbers are looked for in what is shown, so behind their signs comes a
 * space without width.
 */
const prose = safeTemplate((text) => escaped(text).replaceAll(/&#(?:64|35);/g, "$&&#8203;"));
const verbatim = safeTemplate(escaped);

/** Text of strangers as code, in which no mention, link or emoji is looked for. */
function code(text: string, most?: number): SafeText {
  return verbatim`<code>${line(text, most)}</code>`;
}
