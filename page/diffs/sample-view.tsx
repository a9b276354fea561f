import type { Diffs } from "../../gateway/admin/contract.ts";
import { foldPlace } from "../../gateway/diff/group.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { instant } from "../parts/number-text.ts";
import { curlOf } from "./command-line.ts";
import { lineDiff } from "./line-diff.ts";
import { prettyJson } from "./pretty-json.ts";

type Sample = Diffs["samples"][number];
type Side = Sample["primary"];

/** Equal lines that stay around those that differ. */
const CONTEXT = 3;

/** One request: what differed, and both answers next to each other. */
export function SampleView({
  sample,
  at,
  candidate,
}: {
  sample: Sample;
  at: string;
  candidate: "legacy" | "function";
}) {
  const [first, second] =
    candidate === "function" ? (["legacy", "function"] as const) : (["function", "legacy"] as const);
  return (
    <>
      <p class="facts">
        <code class="request">{sample.request}</code>
        <span class="hint">
          {instant(sample.at)} · {sample.verdict}
        </span>
        <CopyButton text={curlOf(sample.request)} label="Copy as curl" />
      </p>
      <div class="scroll" tabIndex={0} role="group" aria-label="What differs">
        <table class="differences">
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col">Kind</th>
              <th scope="col" class={`line-${first}`}>
                {first}
              </th>
              <th scope="col" class={`line-${second}`}>
                {second}
              </th>
            </tr>
          </thead>
          <tbody>
            {sample.differences.map((difference) => (
              <tr
                key={`${difference.at} ${difference.kind}`}
                class={foldPlace(difference.at) === at ? "is-chosen" : ""}
              >
                <td class="mono">{difference.at}</td>
                <td>{difference.kind}</td>
                <td class="mono">{difference.primary ?? <i>nothing</i>}</td>
                <td class="mono">{difference.candidate ?? <i>nothing</i>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Bodies primary={sample.primary} candidate={sample.candidate} names={[first, second]} />
    </>
  );
}

function Bodies({
  primary,
  candidate,
  names,
}: {
  primary: Side;
  candidate: Side;
  names: readonly [string, string];
}) {
  const [ours, theirs] = [
    prettyJson(primary.body) ?? primary.body,
    prettyJson(candidate.body) ?? candidate.body,
  ];
  const rows = withoutFar(lineDiff(ours, theirs));
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Both answers">
      <table class="bodies">
        <thead>
          <tr>
            <th scope="col" class={`line-${names[0]}`}>
              {names[0]} {statusText(primary)}
            </th>
            <th scope="col" class={`line-${names[1]}`}>
              {names[1]} {statusText(candidate)}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, n) =>
            typeof row === "number" ? (
              <tr key={n} class="left-out">
                <td colSpan={2}>{row} equal lines</td>
              </tr>
            ) : (
              <tr key={n} class={row.isSame ? "" : "is-different"}>
                <td>{row.ours}</td>
                <td>{row.theirs}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function statusText({ status, failure }: Side): string {
  return String(status ?? failure ?? "");
}

/** Equal lines far from any difference, as their number. */
function withoutFar<T extends { isSame: boolean }>(rows: readonly T[]): (T | number)[] {
  const isNear = rows.map((_, n) =>
    rows.slice(Math.max(0, n - CONTEXT), n + CONTEXT + 1).some((row) => !row.isSame),
  );
  const shown: (T | number)[] = [];
  rows.forEach((row, n) => {
    const last = shown.at(-1);
    if (isNear[n]) shown.push(row);
    else if (typeof last === "number") shown[shown.length - 1] = last + 1;
    else shown.push(1);
  });
  return shown;
}
