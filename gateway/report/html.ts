import { createHash } from "node:crypto";
import type { GateVerdict } from "../evidence/assessment.ts";
import { count } from "../evidence/wording.ts";
import { countsAgainst, worstFirst } from "./findings.ts";
import { routeSection, verdictChip, VERDICT_ICONS } from "./html-route.ts";
import { STYLE } from "./html-style.ts";
import { markup } from "./markup.ts";
import type { Report, RouteReport } from "./report.ts";
import { SafeText } from "./safe-template.ts";
import { line, minute } from "./shown.ts";
import { headline, leftText, move, sourceText, VERDICT_WORDS, why } from "./wording.ts";

/** Nothing is loaded, run, sent or framed; of styles only the one in the page. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** The report as one page that needs nothing else: no script, no network. Untrusted bytes are text and nothing more. */
export function html(report: Report): string {
  const { verdict, judgedAt } = report;
  const notCompared = leftText(report.left);
  const word = VERDICT_WORDS[verdict];
  const routes = worstFirst(report);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${word}: ${headline(report)} · Banyan</title>
<style>${new SafeText(STYLE)}</style>
</head>
<body>
<header class="banner ${verdict}">
<h1>${VERDICT_ICONS[verdict]} ${word}: ${headline(report)}</h1>
<p>${sourceText(report.source)}<br><span class="soft small">judged ${minute(judgedAt)} · ${line(report.configFile)}</span></p>
</header>
<main>
${routes.length === 0 ? markup`` : overview(routes)}
${notCompared === "" ? markup`` : markup`<p class="soft small">Not compared: ${notCompared}</p>`}
${routes.map((route, n) => routeSection(route, anchor(n)))}
</main>
<footer class="soft small">
${(["yes", "no", "unknown"] as const).map((one) => markup`<p>${verdictChip(one)} ${MEANINGS[one]}</p>`)}
<p>Differences are grouped by place and kind; an asterisk stands for every index of a list. Values were redacted before they were kept.</p>
</footer>
</body>
</html>
`.text;
}

const MEANINGS: Readonly<Record<GateVerdict, string>> = {
  yes: "everything that the gate demands is shown, with its confidence.",
  no: "something is shown that the gate forbids.",
  unknown: "there is too little evidence, or it is too old. No evidence is never a yes.",
};

const anchor = (n: number) => `route-${n + 1}`;

function overview(routes: readonly RouteReport[]): SafeText {
  return markup`<div class="wide"><table>
<caption>Routes</caption>
<thead><tr><th scope="col">verdict</th><th scope="col">route</th><th scope="col">move</th><th scope="col" class="number">pairs</th><th scope="col" class="number">differences</th><th scope="col">why</th></tr></thead>
<tbody>${routes.map(overviewRow)}</tbody>
</table></div>`;
}

function overviewRow(route: RouteReport, n: number): SafeText {
  const { verdict, pairs, findings } = route.assessment;
  return markup`<tr>
<td>${verdictChip(verdict)}</td>
<th scope="row"><a href="#${anchor(n)}">${line(route.route)}</a></th>
<td class="keep">${move(route)}</td>
<td class="number">${count(pairs)}</td>
<td class="number">${count(findings.filter(countsAgainst).length)}</td>
<td>${why(route)}</td>
</tr>`;
}
