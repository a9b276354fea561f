import { useState } from "preact/hooks";
import type { Diffs } from "../../gateway/admin/contract.ts";
import { operator } from "../api/operator.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { useLoaded } from "../parts/loaded.ts";
import { count, instant } from "../parts/number-text.ts";
import { Trouble } from "../parts/trouble.tsx";
import { weight } from "../route/top-fields.tsx";
import { AcceptPanel } from "./accept-panel.tsx";
import { SampleView } from "./sample-view.tsx";

type Evidence = Diffs["evidence"][number];

const SAMPLES = 50;

/** One place: what differs there, the newest requests that show it, and how to excuse it. */
export function PlaceDetail({
  route,
  at,
  evidence,
  asked,
}: {
  route: string;
  at: string;
  evidence: Evidence;
  /** Changes when everything is to be read again. */
  asked: number;
}) {
  const { value, problem, isLoading } = useLoaded(
    () => operator.diffs(route, at, SAMPLES),
    [route, at, asked],
  );
  const [nth, setNth] = useState(0);
  const samples = value?.samples ?? [];
  const sample = samples[nth] ?? null;
  const groups = evidence.groups.filter((group) => group.at === at);
  const suggestion = evidence.suggestions.find((one) => one.at === at) ?? null;
  return (
    <section class="panel place-detail" aria-labelledby="place-title">
      <h2 id="place-title" class="mono">
        {at}
      </h2>
      <ul class="kinds">
        {groups.map((group) => (
          <li key={group.kind}>
            <b>{group.kind}</b> in {count(group.pairs)} pairs, {weight(group)}; {instant(group.firstAt)} to{" "}
            {instant(group.lastAt)}
          </li>
        ))}
      </ul>
      {suggestion !== null && (
        <div class="suggestion">
          <p>{suggestion.sentence}</p>
          <p>
            <code>
              compare.{suggestion.list}: {suggestion.paste}
            </code>
            <CopyButton text={suggestion.paste} label="Copy" />
          </p>
        </div>
      )}
      <AcceptPanel route={route} at={at} groups={groups} samples={samples} />
      <Trouble problem={problem} />
      {!isLoading && samples.length === 0 && (
        <p class="nothing">No sample of it is kept any more: only its counts are.</p>
      )}
      {sample !== null && (
        <>
          <div class="sample-head">
            <h3>
              Sample {nth + 1} of {samples.length}
            </h3>
            <button type="button" disabled={nth === 0} onClick={() => setNth(nth - 1)}>
              Newer
            </button>
            <button type="button" disabled={nth + 1 >= samples.length} onClick={() => setNth(nth + 1)}>
              Older
            </button>
          </div>
          <SampleView key={sample.id} sample={sample} at={at} candidate={evidence.candidate} />
        </>
      )}
    </section>
  );
}
