import type { Check, Finding, GateVerdict } from "../evidence/assessment.ts";
import { count, counted } from "../evidence/wording.ts";
import { countsAgainst, MOST_FINDINGS, standing } from "./findings.ts";
import { sampleDetails } from "./html-sample.ts";
import { sideBySide, value } from "./html-pair.ts";
import { markup } from "./markup.ts";
import type { RouteReport } from "./report.ts";
import type { SafeText } from "./safe-template.ts";
import { line } from "./shown.ts";
import { evidenceText, leftText, move, sides, VERDICT_WORDS } from "./wording.ts";

export const VERDICT_ICONS: Readonly<Record<GateVerdict, string>> = { yes: "✓", no: "✗", unknown: "?" };

const ROW_CLASSES: Readonly<Record<GateVerdict, string>> = { yes: "holds", no: "fails", unknown: "open" };

/** A verdict in colour, and in a sign and a word for whoever does not see the colour. */
export function verdictChip(verdict: GateVerdict): SafeText {
  return markup`<span class="chip ${verdict}">${VERDICT_ICONS[verdict]} ${VERDICT_WORDS[verdict]}</span>`;
}

/** One route with everything that is known of it: the checks, what differs, and pairs of answers. */
export function routeSection(route: RouteReport, id: string): SafeText {
  const { assessment, samples, live } = route;
  const left = leftText(route.left);
  return markup`<section class="route" id="${id}" aria-labelledby="${id}-name">
<header><h2 id="${id}-name">${line(route.route)}</h2>${verdictChip(assessment.verdict)}<span>${move(route)}</span></header>
<p><code>${line(route.match)}</code></p>
<p class="soft small">${evidenceText(route)}</p>
<p class="next">Next: <code>${line(assessment.next)}</code></p>
${checklist(assessment.checks)}
${findingList(route)}
${samples.length === 0 ? markup`` : markup`<h3>Pairs that differ</h3>${samples.map(sampleDetails)}`}
${(live?.disagreements ?? []).map((said) => markup`<p class="small">Gateways do not agree: ${line(said)}</p>`)}
${left === "" ? markup`` : markup`<p class="soft small">Not compared: ${left}</p>`}
</section>
`;
}

function checklist(checks: readonly Check[]): SafeText {
  return markup`<div class="wide"><table class="checks">
<caption>Checklist</caption>
<thead><tr><th scope="col">verdict</th><th scope="col">check</th><th scope="col">what was found</th><th scope="col">what would change it</th></tr></thead>
<tbody>${checks.map(
    ({ name, verdict, says, next }) => markup`<tr class="${ROW_CLASSES[verdict]}">
<td class="keep ${verdict}">${VERDICT_ICONS[verdict]} ${VERDICT_WORDS[verdict].toLowerCase()}</td>
<th scope="row">${name}</th>
<td>${line(says)}</td>
<td>${line(next ?? "")}</td>
</tr>`,
  )}</tbody>
</table></div>`;
}

function findingList(route: RouteReport): SafeText {
  const listed = route.assessment.findings.slice(0, MOST_FINDINGS);
  const more = route.assessment.findings.length - listed.length;
  const against = listed.filter(countsAgainst);
  const excused = listed.filter((finding) => !countsAgainst(finding));
  const shown = (finding: Finding) => findingEntry(finding, sides(route));
  return markup`${against.length === 0 ? markup`` : markup`<h3>What differs</h3>${against.map(shown)}`}
${more > 0 ? markup`<p class="soft small">and ${counted(more, "more place")}</p>` : markup``}
${
  excused.length === 0
    ? markup``
    : markup`<details><summary>${counted(excused.length, "more place")} where differences are excused</summary>${excused.map(shown)}</details>`
}`;
}

function findingEntry(finding: Finding, [primary, candidate]: readonly [string, string]): SafeText {
  const { at, kind, pairs, ignoredPairs, example } = finding;
  const excused =
    ignoredPairs > 0 && ignoredPairs < pairs ? `, ${count(ignoredPairs)} of them excused by a rule` : "";
  return markup`<div class="finding">
<p><strong>${line(at)}</strong><span>${kind}</span><span>${counted(pairs, "pair")}${excused}</span><span class="soft">${standing(finding)}</span></p>
${example === null ? markup`` : sideBySide([primary, candidate], [value(example.primary), value(example.candidate)])}
</div>`;
}
