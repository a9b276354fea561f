import type { RouteStatus, Status } from "../../gateway/admin/status-contract.ts";
import { useState } from "preact/hooks";
import type { Stage } from "../../gateway/routes/route.ts";
import { useJudged } from "../live/assessments.ts";
import { historyOf } from "../live/traffic-history.ts";
import { NEXT_GATED } from "../parts/next-gated.ts";
import { StageLine } from "../parts/stage-line.tsx";
import { hashOf } from "../place.ts";
import { bothSides } from "../routes/both-sides.ts";
import { standingOf } from "../routes/standing.ts";
import { StandingText } from "../routes/route-row.tsx";
import { EvidenceVersions } from "./evidence-versions.tsx";
import { Gate } from "./gate.tsx";
import { RouteActions } from "./route-actions.tsx";
import { RouteHistory } from "./route-history.tsx";
import { SidesTable } from "./sides-table.tsx";
import { TopFields } from "./top-fields.tsx";
import { TrafficCharts } from "./traffic-charts.tsx";

/** One route: where it stands, whether it may move, and why. */
export function RoutePage({ status, id }: { status: Status; id: string }) {
  const route = status.routes.find((one) => one.id === id);
  if (route === undefined) return <NoSuchRoute id={id} />;
  return <KnownRoute key={id} route={route} flagVersion={status.flags.version} />;
}

function KnownRoute({ route, flagVersion }: { route: RouteStatus; flagVersion: string }) {
  const [chosen, setChosen] = useState<Stage | null>(null);
  const to = chosen ?? NEXT_GATED[route.stage];
  const judged = useJudged(route.id, to);
  const assessment = judged?.report?.assessment ?? null;
  return (
    <>
      <div class="route-title">
        <div>
          <h1 tabIndex={-1}>{route.id}</h1>
          <p class="sub mono">{route.match}</p>
        </div>
        <RouteActions route={route} />
      </div>
      <p class="facts">
        <StageLine rung={route} killed={route.killed} />
        <StandingText standing={standingOf(route, to === NEXT_GATED[route.stage] ? assessment : null)} />
        <span>function {route.function}</span>
        <span>group {route.group}</span>
        <span>{route.stageFrom === "flag" ? `by flags ${flagVersion}` : "stage of routes.yaml"}</span>
        {route.until !== null && <span>flag ends {route.until}</span>}
        {route.rules + route.testers > 0 && (
          <span>
            {route.rules} rules, {route.testers} testers
          </span>
        )}
      </p>
      <div class="columns">
        <div>
          <Gate route={route} to={to} judged={judged} choose={setChosen} />
          <TopFields route={route.id} findings={assessment?.findings ?? []} />
          <SidesTable route={route} sides={bothSides(route, judged?.report ?? null)} />
        </div>
        <div>
          <TrafficCharts history={historyOf(route.id)} />
        </div>
      </div>
      <EvidenceVersions route={route.id} flagVersion={flagVersion} report={judged?.report ?? null} />
      <RouteHistory route={route.id} flagVersion={flagVersion} />
    </>
  );
}

function NoSuchRoute({ id }: { id: string }) {
  return (
    <>
      <h1 tabIndex={-1}>No such route</h1>
      <p>
        There is no route <b class="mono">{id}</b> in the configuration in use.{" "}
        <a href={hashOf("routes")}>All routes</a>
      </p>
    </>
  );
}
