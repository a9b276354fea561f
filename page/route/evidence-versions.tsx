import type { Diffs } from "../../gateway/admin/contract.ts";
import { operator, type ReportShown } from "../api/operator.ts";
import { useLoaded } from "../parts/loaded.ts";
import { count, instant } from "../parts/number-text.ts";
import { tallyText } from "./sides-table.tsx";

type Evidence = Diffs["evidence"][number];

/** What was compared, by function version and rules; only that of the version in use counts. */
export function EvidenceVersions({
  route,
  flagVersion,
  report,
}: {
  route: string;
  flagVersion: string;
  report: ReportShown["routes"][number] | null;
}) {
  const { value } = useLoaded(() => operator.diffs(route), [route, flagVersion, report?.assessment.pairs]);
  if (value === null || value.evidence.length === 0) return null;
  const counts = ({ functionVersion, rules }: Evidence) =>
    report !== null &&
    functionVersion === report.current.functionVersion &&
    rules === report.current.rulesDigest;
  return (
    <section class="panel" aria-labelledby="versions-title">
      <h2 id="versions-title">Evidence by version</h2>
      <div class="scroll" tabIndex={0} role="group" aria-labelledby="versions-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Function version</th>
              <th scope="col">Rules</th>
              <th scope="col">Environment</th>
              <th scope="col" class="right">
                Pairs
              </th>
              <th scope="col" class="right">
                Differ
              </th>
              <th scope="col" class="right">
                Excused
              </th>
              <th scope="col" class="right">
                Not comparable
              </th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Left out</th>
            </tr>
          </thead>
          <tbody>
            {value.evidence.map((one) => (
              <tr key={`${one.functionVersion} ${one.rules} ${one.environment} ${one.candidate}`}>
                <td>
                  {one.functionVersion === "" ? "unknown" : one.functionVersion}
                  {counts(one) && <span class="tag">counts</span>}
                  {one.candidate === "legacy" && <span class="tag">legacy compared</span>}
                </td>
                <td class="mono">{one.rules.slice(0, 8)}</td>
                <td>{one.environment === "" ? "–" : one.environment}</td>
                <td class="right">{count(one.counts.compared)}</td>
                <td class="right">{count(one.counts.mismatched)}</td>
                <td class="right">{count(one.counts.ignored)}</td>
                <td class="right">{count(one.counts.inconclusive)}</td>
                <td>{instant(one.firstAt)}</td>
                <td>{instant(one.lastAt)}</td>
                <td>{tallyText(one.dropped) ?? "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
