import type { Finding } from "../../gateway/evidence/assessment.ts";
import { count } from "../parts/number-text.ts";
import { hashOf } from "../place.ts";

const SHOWN = 8;

/** Where the answers differ most. */
export function TopFields({ route, findings }: { route: string; findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="fields-title">
      <div class="panel-head">
        <h2 id="fields-title">Where they differ</h2>
        <a href={hashOf("diffs", route)}>All differences</a>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="fields-title">
        <table class="fields">
          <thead>
            <tr>
              <th scope="col">Place</th>
              <th scope="col">Kind</th>
              <th scope="col" class="right">
                Pairs
              </th>
              <th scope="col">Legacy → function</th>
            </tr>
          </thead>
          <tbody>
            {findings.slice(0, SHOWN).map((finding) => (
              <tr key={`${finding.at} ${finding.kind}`}>
                <td>
                  <a class="mono" href={hashOf("diffs", route, { at: finding.at })}>
                    {finding.at}
                  </a>
                  <span class="sub">{weight(finding)}</span>
                </td>
                <td>{finding.kind}</td>
                <td class="right">{count(finding.pairs)}</td>
                <td class="mono example">
                  {finding.example === null
                    ? "–"
                    : `${finding.example.primary ?? "nothing"} → ${finding.example.candidate ?? "nothing"}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Whether it is held against the route. */
export function weight({
  pairs,
  ignoredPairs,
  noise,
}: Pick<Finding, "pairs" | "ignoredPairs" | "noise">): string {
  if (ignoredPairs >= pairs) return "excused by a rule";
  if (noise === "noisy") return "legacy differs from itself, too";
  return noise === "regresses" ? "only the function differs: a regression" : "nothing excuses it";
}
