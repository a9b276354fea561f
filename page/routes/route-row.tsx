import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import type { Assessment, Check } from "../../gateway/evidence/assessment.ts";
import { openFlip } from "../flip/flip-wish.ts";
import { rollBack } from "../flip/rollback.ts";
import { useJudged } from "../live/assessments.ts";
import type { LastMove } from "../live/last-moves.ts";
import { Icon } from "../parts/icon.tsx";
import { NEXT_GATED } from "../parts/next-gated.ts";
import { ago, count, dollars, milliseconds, percent, rate } from "../parts/number-text.ts";
import { StageLine } from "../parts/stage-line.tsx";
import { hashOf } from "../place.ts";
import { bothSides, type BothSides, type SideShown } from "./both-sides.ts";
import { comparedOf, type Standing } from "./standing.ts";

/** One line of the table; asks for the route's judgement while it is on the screen. */
export function RouteRow({
  route,
  standing,
  lastMove,
  index,
}: {
  route: RouteStatus;
  standing: Standing;
  lastMove: LastMove | null;
  index: number;
}) {
  const judgement = useJudged(route.id, NEXT_GATED[route.stage])?.report ?? null;
  const assessment = judgement?.assessment ?? null;
  const sides = bothSides(route, judgement);
  const { traffic } = route;
  return (
    <div role="row" aria-rowindex={index} class={`route-row is-${standing.tone}`}>
      <div role="cell" class="c-route">
        <a href={hashOf("routes", route.id)}>{route.id}</a>
        <span class="sub mono">{route.match}</span>
      </div>
      <div role="cell" class="c-stage">
        <StageLine rung={route} killed={route.killed} />
      </div>
      <div role="cell" class="c-standing">
        <StandingText standing={standing} />
      </div>
      <div role="cell" class="c-match">
        <Match route={route} assessment={assessment} />
      </div>
      <div role="cell" class="c-pairs">
        <Pairs route={route} assessment={assessment} />
      </div>
      <div role="cell" class="c-latency">
        <Sides
          of={sides}
          draw={({ p50Ms, p99Ms }) =>
            p50Ms === null ? null : `${milliseconds(p50Ms)} / ${milliseconds(p99Ms)}`
          }
        />
      </div>
      <div role="cell" class="c-errors">
        <Sides
          of={sides}
          draw={({ errorPercent }) => (errorPercent === null ? null : percent(errorPercent))}
        />
      </div>
      <div role="cell" class="c-rate">
        {traffic === null ? "–" : rate(traffic.perMinute)}
      </div>
      <div role="cell" class={`c-breaker is-${route.breakers?.function ?? "none"}`}>
        {route.breakers?.function ?? "–"}
      </div>
      <div role="cell" class="c-cost">
        <Cost route={route} />
      </div>
      <div role="cell" class="c-flip">
        {lastMove === null ? (
          "–"
        ) : (
          <>
            {ago(Date.parse(lastMove.at), Date.now())}
            <span class="sub">{lastMove.by}</span>
          </>
        )}
      </div>
      <div role="cell" class="c-move">
        <MoveButtons route={route} />
      </div>
    </div>
  );
}

export function StandingText({ standing: { tone, says } }: { standing: Standing }) {
  const icon = { bad: "stop", warn: "warning", ready: "yes", calm: null, idle: null } as const;
  const name = icon[tone];
  return (
    <span class={`standing is-${tone}`}>
      {name !== null && <Icon name={name} />}
      <span>{says}</span>
    </span>
  );
}

/** The rate seen, and below it the rate that is proven. */
function Match({ route, assessment }: { route: RouteStatus; assessment: Assessment | null }) {
  const { mismatchPercent } = comparedOf(route.traffic);
  const check = assessment?.checks.find(({ name }) => name === "mismatches") ?? null;
  if (mismatchPercent === null && (assessment === null || assessment.pairs === 0)) return <>–</>;
  return (
    <>
      {mismatchPercent === null ? "" : percent(100 - mismatchPercent)}
      <span class="sub">{boundText(check)}</span>
    </>
  );
}

/** Of a route that is held back the most that can be true, of others the least. */
function boundText(check: Check | null): string {
  if (check === null || check.measured === null) return "no bound yet";
  return `proven ${check.verdict === "no" ? "≤" : "≥"} ${percent(100 - 100 * check.measured)}`;
}

function Pairs({ route, assessment }: { route: RouteStatus; assessment: Assessment | null }) {
  const pairs = assessment?.pairs ?? comparedOf(route.traffic).pairs;
  const needed = assessment?.checks.find(({ name }) => name === "pairs")?.needed ?? null;
  if (pairs === 0 && needed === null) return <>–</>;
  return (
    <>
      {count(pairs)}
      {needed !== null && (
        <>
          <span class="of"> / {count(needed)}</span>
          <span class="bar" aria-hidden="true">
            <i style={{ width: `${Math.min(100, (100 * pairs) / Math.max(1, needed))}%` }} />
          </span>
        </>
      )}
    </>
  );
}

/** Legacy above, the function below. */
function Sides({ of: sides, draw }: { of: BothSides; draw: (side: SideShown) => string | null }) {
  const lines = (["legacy", "function"] as const).map((side) => ({ side, text: draw(sides[side]) }));
  if (lines.every(({ text }) => text === null)) return <>–</>;
  return (
    <>
      {lines.map(({ side, text }) => (
        <span key={side} class={`side is-${side}`}>
          <span class="unseen">{side} </span>
          {text ?? "–"}
        </span>
      ))}
    </>
  );
}

function Cost({ route: { traffic, cost } }: { route: RouteStatus }) {
  const { cold, sampled } = traffic?.invocations ?? { cold: { count: 0 }, sampled: 0 };
  if (sampled === 0) return <>–</>;
  return (
    <>
      {percent((100 * cold.count) / sampled)} cold
      <span class="sub">
        {cost === null ? "no price" : `${dollars(cost.usdPerMillionRequests / 1000)} / 1,000`}
      </span>
    </>
  );
}

export function MoveButtons({ route }: { route: RouteStatus }) {
  return (
    <>
      {route.stage !== "retired" && (
        <button type="button" class="quiet" aria-label={`Move ${route.id}`} onClick={() => openFlip(route)}>
          <Icon name="up" /> Move…
        </button>
      )}
      {route.stage !== "legacy" && (
        <button
          type="button"
          class="quiet"
          aria-label={`Roll ${route.id} back`}
          title="One rung down, at once"
          onClick={() => void rollBack(route)}
        >
          <Icon name="down" /> Back
        </button>
      )}
    </>
  );
}
