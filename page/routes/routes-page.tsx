import { useEffect, useRef } from "preact/hooks";
import type { Status } from "../../gateway/admin/status-contract.ts";
import { STAGES } from "../../gateway/routes/route.ts";
import { useJudgements } from "../live/assessments.ts";
import { useLastMoves } from "../live/last-moves.ts";
import { Icon } from "../parts/icon.tsx";
import { useMedia } from "../parts/media.ts";
import { count } from "../parts/number-text.ts";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { goTo, hashOf, here } from "../place.ts";
import { useStore } from "../store.ts";
import { filtered, ordered, ORDERS, type Order } from "./ordering.ts";
import { RouteRow } from "./route-row.tsx";
import { standingOf } from "./standing.ts";

/** Heights in CSS pixels, which routes.css has as well. */
const ROW = 56;
const CARD = 132;

const COLUMNS: readonly { name: string; order: Order | null; class: string }[] = [
  { name: "Route", order: "name", class: "c-route" },
  { name: "Stage", order: "stage", class: "c-stage" },
  { name: "Standing", order: "attention", class: "c-standing" },
  { name: "Match", order: "match", class: "c-match" },
  { name: "Samples", order: "pairs", class: "c-pairs" },
  { name: "p50 / p99", order: "latency", class: "c-latency" },
  { name: "Errors", order: "errors", class: "c-errors" },
  { name: "Req/min", order: "requests", class: "c-rate" },
  { name: "Breaker", order: null, class: "c-breaker" },
  { name: "Cold · cost", order: null, class: "c-cost" },
  { name: "Last flip", order: null, class: "c-flip" },
  { name: "Move", order: null, class: "c-move" },
];

/** Every route on a line, those that need somebody first. */
export function RoutesPage({ status }: { status: Status }) {
  const { params } = useStore(here);
  const judgement = useJudgements();
  const moves = useLastMoves(status.flags.version);
  const isNarrow = useMedia("(max-width: 820px)");
  const filter = params.get("q") ?? "";
  const stage = params.get("stage");
  const order = ORDERS.find((one) => one === params.get("by")) ?? "attention";
  const set = (changed: Record<string, string | null>) => {
    const all = { ...Object.fromEntries(params), ...changed };
    goTo(hashOf("routes", null, all), "replace");
  };
  const routes = filtered(status.routes, filter, stage);
  const listed = ordered(
    routes.map((route) => ({ route, standing: standingOf(route, judgement(route)) })),
    order,
  );
  return (
    <>
      <div class="toolbar">
        <h1 tabIndex={-1}>Routes</h1>
        <StageFilter status={status} stage={stage} choose={(chosen) => set({ stage: chosen })} />
        <Filter text={filter} change={(q) => set({ q })} />
      </div>
      <div role="table" aria-label="Routes" aria-rowcount={listed.length + 1} class="routes">
        <div role="rowgroup" class="routes-head">
          <div role="row" aria-rowindex={1} class="route-row is-head">
            {COLUMNS.map((column) => (
              <Heading key={column.name} {...column} now={order} choose={(by) => set({ by })} />
            ))}
          </div>
        </div>
        <VirtualRows
          items={listed}
          rowHeight={isNarrow ? CARD : ROW}
          draw={({ route, standing }, n) => (
            <RouteRow
              key={route.id}
              route={route}
              standing={standing}
              lastMove={moves.get(route.id) ?? null}
              index={n + 2}
            />
          )}
        />
      </div>
      {listed.length === 0 && <NoRoutes hasAny={status.routes.length > 0} />}
    </>
  );
}

function Heading(column: {
  name: string;
  order: Order | null;
  class: string;
  now: Order;
  choose: (order: Order) => void;
}) {
  const { name, order, now, choose } = column;
  if (order === null) {
    return (
      <div role="columnheader" class={column.class}>
        {name}
      </div>
    );
  }
  return (
    <div role="columnheader" class={column.class} aria-sort={order === now ? "descending" : "none"}>
      <button type="button" class="heading" onClick={() => choose(order)}>
        {name}
        {order === now && <Icon name="down" />}
      </button>
    </div>
  );
}

function StageFilter({
  status,
  stage,
  choose,
}: {
  status: Status;
  stage: string | null;
  choose: (stage: string | null) => void;
}) {
  const many = (of: string) => status.routes.filter((route) => route.stage === of).length;
  return (
    <div class="chips" role="group" aria-label="Show only one stage">
      <button type="button" class="chip" aria-pressed={stage === null} onClick={() => choose(null)}>
        all <b>{count(status.routes.length)}</b>
      </button>
      {STAGES.map((one) => (
        <button
          type="button"
          key={one}
          class={`chip stage-${one}`}
          aria-pressed={stage === one}
          onClick={() => choose(stage === one ? null : one)}
        >
          {one} <b>{count(many(one))}</b>
        </button>
      ))}
    </div>
  );
}

function Filter({ text, change }: { text: string; change: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping =
        event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
      if (event.key !== "/" || isTyping) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <label class="filter">
      <Icon name="search" />
      <span class="unseen">Filter by name, path, function or group</span>
      <input
        ref={field}
        type="search"
        placeholder="Filter routes ( / )"
        value={text}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    </label>
  );
}

function NoRoutes({ hasAny }: { hasAny: boolean }) {
  return (
    <p class="nothing">
      {hasAny
        ? "No route fits this filter."
        : "routes.yaml has no routes yet, so everything goes to legacy. Describe the first one there; it is taken up at once."}
    </p>
  );
}
