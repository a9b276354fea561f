import { useState } from "preact/hooks";
import { count, percent } from "../parts/number-text.ts";
import { weight } from "../route/top-fields.tsx";
import { placeTree, type PlaceGroup } from "./place-tree.ts";

/** Deeper places are as far to the right as these, so that names stay readable. */
const DEEPEST = 6;

/** The tree of places, most frequent first. */
export function PlaceList({
  groups,
  chosen,
  choose,
}: {
  groups: readonly PlaceGroup[];
  chosen: string | null;
  choose: (at: string) => void;
}) {
  const [withExcused, setWithExcused] = useState(true);
  const shown = groups.filter((group) => withExcused || counts(group));
  const lines = placeTree(shown);
  const most = Math.max(1, ...lines.map(({ pairs }) => pairs));
  return (
    <section class="panel places" aria-labelledby="places-title">
      <div class="panel-head">
        <h2 id="places-title">Places</h2>
        <label class="check">
          <input
            type="checkbox"
            checked={withExcused}
            onChange={(e) => setWithExcused(e.currentTarget.checked)}
          />
          <span>excused and noisy, too</span>
        </label>
      </div>
      <ul>
        {lines.map(({ at, label, depth, groups: here, pairs }) => {
          const [first] = here;
          const style = { "--depth": String(Math.min(depth, DEEPEST)) };
          if (first === undefined) {
            return (
              <li key={at} class="place is-branch" style={style}>
                <span class="mono">{label}</span>
              </li>
            );
          }
          return (
            <li key={at} style={style}>
              <button
                type="button"
                class={`place ${here.some(counts) ? "" : "is-excused"}`}
                aria-current={at === chosen ? "true" : undefined}
                onClick={() => choose(at)}
              >
                <span class="mono">
                  <span class="unseen">{at.slice(0, at.length - label.length)}</span>
                  {label}
                </span>
                <span class="place-pairs">
                  {count(pairs)} <span class="of">{percent(first.percent)}</span>
                </span>
                <span class="sub">
                  {here.map(({ kind }) => kind).join(", ")} · {weight(first)}
                </span>
                <span class="bar" aria-hidden="true">
                  <i style={{ width: `${(100 * pairs) / most}%` }} />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      {lines.length === 0 && <p class="hint">No difference here.</p>}
    </section>
  );
}

/** Whether nothing excuses some of its pairs. */
function counts({ pairs, ignoredPairs, noise }: PlaceGroup): boolean {
  return pairs > ignoredPairs && noise !== "noisy";
}
