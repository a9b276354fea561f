import { useState } from "preact/hooks";
import type { Diffs } from "../../gateway/admin/contract.ts";
import type { Status } from "../../gateway/admin/status-contract.ts";
import { operator } from "../api/operator.ts";
import { useLoaded } from "../parts/loaded.ts";
import { count, instant, percent } from "../parts/number-text.ts";
import { Trouble } from "../parts/trouble.tsx";
import { goTo, hashOf, here } from "../place.ts";
import { useStore } from "../store.ts";
import { PlaceDetail } from "./place-detail.tsx";
import { PlaceList } from "./place-list.tsx";

type Evidence = Diffs["evidence"][number];

/** Where the two sides differ, and the requests that show it. */
export function DiffsPage({ status, route }: { status: Status; route: string | null }) {
  return (
    <>
      <div class="toolbar">
        <h1 tabIndex={-1}>Differences</h1>
        <label class="filter">
          <span class="unseen">Route</span>
          <select
            value={route ?? ""}
            onChange={({ currentTarget: { value } }) => goTo(hashOf("diffs", value === "" ? null : value))}
          >
            <option value="">choose a route</option>
            {status.routes.map(({ id }) => (
              <option key={id}>{id}</option>
            ))}
          </select>
        </label>
      </div>
      {route === null ? <AllRoutes /> : <OneRoute key={route} route={route} />}
    </>
  );
}

/** Routes that were compared, those that differ most first. */
function AllRoutes() {
  const { value, problem } = useLoaded(() => operator.diffs(null), []);
  const evidence = value?.evidence.toSorted((a, b) => share(b) - share(a)) ?? [];
  return (
    <>
      <Trouble problem={problem} />
      {value !== null && evidence.length === 0 && <Nothing />}
      {evidence.length > 0 && (
        <div class="scroll panel" tabIndex={0} role="group" aria-label="Compared routes">
          <table>
            <thead>
              <tr>
                <th scope="col">Route</th>
                <th scope="col">Version</th>
                <th scope="col" class="right">
                  Pairs
                </th>
                <th scope="col" class="right">
                  Differ
                </th>
                <th scope="col">Most frequent</th>
                <th scope="col">Newest pair</th>
              </tr>
            </thead>
            <tbody>
              {evidence.map((one) => (
                <tr key={`${one.route} ${one.functionVersion} ${one.rules} ${one.candidate}`}>
                  <td>
                    <a href={hashOf("diffs", one.route)}>{one.route}</a>
                  </td>
                  <td>{one.functionVersion === "" ? "unknown" : one.functionVersion}</td>
                  <td class="right">{count(one.counts.compared)}</td>
                  <td class="right">{percent(100 * share(one))}</td>
                  <td class="mono">{one.groups[0]?.at ?? "–"}</td>
                  <td>{instant(one.lastAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function share({ counts: { compared, mismatched } }: Evidence): number {
  return compared === 0 ? 0 : mismatched / compared;
}

function OneRoute({ route }: { route: string }) {
  const { params } = useStore(here);
  const [asked, askAgain] = useState(0);
  const { value, problem, isLoading } = useLoaded(() => operator.diffs(route), [route, asked]);
  const newestFirst = value?.evidence.toSorted((a, b) => b.lastAt.localeCompare(a.lastAt)) ?? [];
  const [chosen, setChosen] = useState(0);
  const evidence = newestFirst[chosen] ?? newestFirst[0] ?? null;
  const at = params.get("at") ?? evidence?.groups[0]?.at ?? null;
  return (
    <>
      <Trouble problem={problem} />
      {value !== null && evidence === null && <Nothing />}
      {evidence !== null && (
        <>
          <p class="facts">
            <select
              aria-label="Evidence of"
              value={chosen}
              onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
            >
              {newestFirst.map((one, n) => (
                <option key={`${one.functionVersion} ${one.rules} ${one.candidate}`} value={n}>
                  {evidenceName(one)}
                </option>
              ))}
            </select>
            <span>
              <b>{count(evidence.counts.compared)}</b> pairs
            </span>
            <span>
              <b>{count(evidence.counts.matched)}</b> the same
            </span>
            <span>
              <b>{count(evidence.counts.mismatched)}</b> differ
            </span>
            <span>
              <b>{count(evidence.counts.ignored)}</b> excused
            </span>
            <span>
              <b>{count(evidence.counts.inconclusive)}</b> not comparable
            </span>
            <span class="hint">newest {instant(evidence.lastAt)}</span>
            <button type="button" class="quiet" disabled={isLoading} onClick={() => askAgain(asked + 1)}>
              Read again
            </button>
          </p>
          <div class="explorer">
            <PlaceList
              groups={evidence.groups}
              chosen={at}
              choose={(place) => goTo(hashOf("diffs", route, { at: place }), "replace")}
            />
            {at === null ? (
              <p class="nothing">Nothing differs.</p>
            ) : (
              <PlaceDetail key={at} route={route} at={at} evidence={evidence} asked={asked} />
            )}
          </div>
        </>
      )}
    </>
  );
}

function evidenceName({ functionVersion, environment, candidate, rules }: Evidence): string {
  const version = functionVersion === "" ? "version unknown" : `version ${functionVersion}`;
  const turned = candidate === "legacy" ? ", legacy compared" : "";
  return `${version}${environment === "" ? "" : `, ${environment}`}, rules ${rules.slice(0, 8)}${turned}`;
}

function Nothing() {
  return (
    <p class="nothing">
      Nothing was compared yet. Move a route to shadow: legacy goes on answering, and the function is compared
      unseen.
    </p>
  );
}
