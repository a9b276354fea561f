import { count, counted } from "../evidence/wording.ts";
import { isUtf8 } from "node:buffer";
import type { Difference } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import { firstValue } from "../http/headers.ts";
import type { Sample } from "../store/evidence-store.ts";
import { sideBySide, value } from "./html-pair.ts";
import { markup } from "./markup.ts";
import type { SafeText } from "./safe-template.ts";
import { line, minute } from "./shown.ts";

/** Differences of one pair that are listed. */
const MOST_DIFFERENCES = 20;

/** One pair of answers, folded: what was asked, what differs, and both answers side by side. */
export function sampleDetails({ id, at, key, request, primary, candidate, comparison }: Sample): SafeText {
  const { differences, ignored, truncated } = comparison;
  const names: readonly [string, string] =
    key.candidate === "function" ? ["legacy", "function"] : ["function", "legacy"];
  const listed = differences.slice(0, MOST_DIFFERENCES);
  const isCut = truncated || listed.length < differences.length;
  return markup`<details>
<summary><code>${line(request.method, 20)} ${line(request.target, 200)}</code> <span class="soft small">${minute(at)} · ${line(id, 80)}</span></summary>
${listed.length === 0 ? markup`` : differenceTable(listed, names)}
${isCut ? markup`<p class="soft small">and more</p>` : markup``}
${ignored.length === 0 ? markup`` : markup`<p class="soft small">${counted(ignored.length, "difference")} excused by rules</p>`}
${request.body.length === 0 ? markup`` : markup`<p class="soft small">request body</p>${value(bytesText(request.body))}`}
${sideBySide(names, [answer(primary), answer(candidate)])}
</details>
`;
}

function differenceTable(
  differences: readonly Difference[],
  [left, right]: readonly [string, string],
): SafeText {
  return markup`<div class="wide"><table>
<thead><tr><th scope="col">where</th><th scope="col">what</th><th scope="col">${left}</th><th scope="col">${right}</th></tr></thead>
<tbody>${differences.map(
    (one) =>
      markup`<tr><th scope="row" class="mono">${line(one.at)}</th><td>${one.kind}</td><td>${value(one.primary)}</td><td>${value(one.candidate)}</td></tr>`,
  )}</tbody>
</table></div>`;
}

function answer(observation: Observation): SafeText {
  const took = `${count(Math.round(observation.durationMs))} ms`;
  if (observation.kind === "failed")
    return markup`<p class="small">no answer: ${observation.failure}, ${took}</p>`;
  const { status, headers, body } = observation;
  const type = firstValue(headers, "content-type");
  const said = [String(status), ...(type === undefined ? [] : [line(type, 100)]), took].join(" · ");
  const kept =
    body.length > body.bytes.length
      ? markup`<p class="soft small">of ${count(body.length)} bytes</p>`
      : markup``;
  return markup`<p class="small">${said}</p>${value(bytesText(body.bytes))}${kept}`;
}

function bytesText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : `(${count(bytes.length)} bytes that are no text)`;
}
