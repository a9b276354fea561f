import { useState } from "preact/hooks";
import { rungText } from "../../gateway/admin/rung-text.ts";
import type { Explanation } from "../../gateway/admin/contract.ts";
import { operator } from "../api/operator.ts";
import { useLoaded } from "../parts/loaded.ts";
import { Trouble } from "../parts/trouble.tsx";
import { goTo, hashOf, here } from "../place.ts";
import { useStore } from "../store.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** What would happen to a request now, and why; nothing is sent. */
export function ExplainPage({ flagVersion }: { flagVersion: string }) {
  const { params } = useStore(here);
  const [method, setMethod] = useState(params.get("method") ?? "GET");
  const [url, setUrl] = useState(params.get("url") ?? "");
  const [headers, setHeaders] = useState(params.get("headers") ?? "");
  return (
    <>
      <h1 tabIndex={-1}>Explain</h1>
      <form
        class="panel explain-form"
        onSubmit={(event) => {
          event.preventDefault();
          goTo(hashOf("explain", null, { method, url, headers }));
        }}
      >
        <label class="field is-short">
          <span>Method</span>
          <select value={method} onChange={(e) => setMethod(e.currentTarget.value)}>
            {METHODS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label class="field is-wide">
          <span>Path or URL</span>
          <input
            class="mono"
            required
            value={url}
            placeholder="/api/orders/1001"
            spellcheck={false}
            onInput={(e) => setUrl(e.currentTarget.value)}
          />
        </label>
        <label class="field is-all">
          <span>Header fields, one a line</span>
          <textarea
            class="mono"
            rows={2}
            value={headers}
            placeholder="X-User-Id: 42"
            spellcheck={false}
            onInput={(e) => setHeaders(e.currentTarget.value)}
          />
        </label>
        <p class="buttons is-left">
          <button type="submit" class="primary">
            Explain
          </button>
          <span class="hint">Nothing is sent to legacy or function.</span>
        </p>
      </form>
      <Answer params={params} flagVersion={flagVersion} />
    </>
  );
}

function Answer({ params, flagVersion }: { params: URLSearchParams; flagVersion: string }) {
  const [method, url, headers] = [
    params.get("method") ?? "GET",
    params.get("url"),
    params.get("headers") ?? "",
  ];
  const { value, problem } = useLoaded(
    async () => (url === null ? null : operator.explain(method, url, headerPairs(headers))),
    [method, url, headers, flagVersion],
  );
  if (url === null) return null;
  return (
    <div aria-live="polite">
      <Trouble problem={problem} />
      {value !== null && problem === null && <Words explanation={value} />}
    </div>
  );
}

function Words({ explanation }: { explanation: Explanation }) {
  const { request, route, stage, percent, stageFrom, flagVersion, key, bucket, side, shadow, why, breaker } =
    explanation;
  const facts: readonly (readonly [string, string | null])[] = [
    ["takes", route === null ? null : `${route.match} (line ${route.line} of routes.yaml)`],
    ["parameters", route === null ? null : pairsText(route.params)],
    [
      "stage",
      route === null
        ? null
        : `${rungText({ stage, percent })}, by ${stageFrom === "flag" ? `flags ${flagVersion}` : "routes.yaml"}`,
    ],
    ["key", key === null ? null : `${key.source} = ${key.drawn ? "(a new client draws one)" : key.value}`],
    ["bucket", bucket === null ? null : String(bucket)],
    ["breaker", breaker],
    ["copy goes to", shadow],
  ];
  return (
    <section class="panel explained" aria-labelledby="explained-title">
      <h2 id="explained-title">
        <span class={`side-name line-${side}`}>{side === "legacy" ? "Legacy" : "The function"}</span> answers{" "}
        <code>
          {request.method} {request.target}
        </code>
      </h2>
      <p class="why">
        {why.charAt(0).toUpperCase() + why.slice(1)}.{" "}
        {route !== null && (
          <>
            Route: <a href={hashOf("routes", route.id)}>{route.id}</a>.
          </>
        )}
      </p>
      <dl class="extras">
        {facts.map(([name, text]) =>
          text === null || text === "" ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ),
        )}
      </dl>
      <Others title="Without that route, these would take it" routes={explanation.alsoMatched} />
      <Others
        title="The path fits, but another method or host is wanted by"
        routes={explanation.nearMisses}
      />
    </section>
  );
}

function Others({ title, routes }: { title: string; routes: readonly { id: string; match: string }[] }) {
  if (routes.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {routes.map(({ id, match }) => (
          <li key={id}>
            <a href={hashOf("routes", id)}>{id}</a> <span class="mono">{match}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function pairsText(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ");
}

/** `Name: value` on each line; lines that are empty are left out. */
function headerPairs(text: string): (readonly [string, string])[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const colon = line.indexOf(":");
      return colon === -1 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    });
}
