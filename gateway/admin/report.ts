import type { BreakerStatus } from "../breaker/registry.ts";
import { rulesDigest } from "../diff/rules-digest.ts";
import { assess } from "../evidence/assess.ts";
import type { LiveFacts } from "../evidence/assessment.ts";
import { GATED_STAGES, type GatedStage } from "../evidence/gate.ts";
import { rejudge } from "../judge/rejudge.ts";
import { MOST_SAMPLES } from "../report/merge-facts.ts";
import { reportOf } from "../report/report-of.ts";
import type { Report, RouteFacts } from "../report/report.ts";
import { STAGES, type Route, type Stage } from "../routes/route.ts";
import type { Sample, Summary } from "../store/evidence-store.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { ReportRequest } from "./contract.ts";
import { findRoute, matchText, rungOf } from "./find-route.ts";
import { unreadEvidence } from "./unread-evidence.ts";

/** What reports are made from. */
export type ReportParts = Pick<
  AdminParts,
  "table" | "flags" | "clock" | "evidence" | "environment" | "configFile" | "live"
>;

/**
 * May these routes move up, by what is known at this moment? Routes that were ever compared when none is named; one rung up
 * when no stage is. Rejects with a Refusal.
 */
export async function liveReport(parts: ReportParts, request: ReportRequest): Promise<Report> {
  const { to, since } = request;
  const named = request.routes.map((id) => findRoute(parts.table(), id));
  const query = {
    ...(since !== undefined && { since }),
    ...(named.length === 1 && { routeId: named[0]!.id }),
  };
  const now = parts.clock.now();
  try {
    const seen = Map.groupBy(await parts.evidence.summaries(query), ({ key }) => key.routeId);
    const routes = named.length > 0 ? named : parts.table().routes.filter(({ id }) => seen.has(id));
    const facts: RouteFacts[] = [];
    for (const route of routes) facts.push(await factsOf(route, seen.get(route.id) ?? [], to, parts));
    const times = facts.flatMap(({ evidence }) =>
      evidence.flatMap(({ firstAt, lastAt }) => [firstAt, lastAt]),
    );
    return reportOf(
      {
        schemaVersion: 1,
        source: {
          kind: "live",
          names: [],
          firstAt: times.length === 0 ? null : Math.min(...times),
          lastAt: times.length === 0 ? null : Math.max(...times),
        },
        configFile: parts.configFile,
        routes: facts,
        left: {},
        judgedAt: now,
      },
      assess,
    );
  } catch (error) {
    throw unreadEvidence(error);
  }
}

async function factsOf(
  route: Route,
  evidence: readonly Summary[],
  to: GatedStage | undefined,
  parts: ReportParts,
): Promise<RouteFacts> {
  const { id, methods, line, compare } = route;
  const { stage, percent } = rungOf(route, parts.flags.current(), parts.clock.now());
  const target = to ?? gatedAbove(stage);
  const current = {
    functionVersion: newest(evidence, ({ key }) => key.functionVersion),
    legacyBuild: newest(evidence, ({ key }) => key.legacyBuild),
    rulesDigest: rulesDigest(compare),
    environment: parts.environment,
  };
  const outdated = evidence.filter(({ key: { rulesDigest: rules, ...key } }) => {
    const isSame = key.functionVersion === current.functionVersion && key.legacyBuild === current.legacyBuild;
    return isSame && key.environment === current.environment && rules !== current.rulesDigest;
  });
  const kept = await parts.evidence.samples({ routeId: id, limit: outdated.length === 0 ? 200 : 1000 });
  return {
    route: id,
    match: matchText(route),
    methods,
    line,
    stage,
    percent,
    to: target,
    gate: route.gate[target],
    current,
    evidence,
    rejudged: outdated.map((summary) => rejudge(kept, summary, compare, parts.clock.now())),
    samples: kept.filter(isMismatch).slice(0, MOST_SAMPLES),
    left: {},
    live: liveFacts(route, parts),
  };
}

/** The rung above that evidence is asked for. */
function gatedAbove(stage: Stage): GatedStage {
  const above = STAGES.slice(STAGES.indexOf(stage) + 1);
  return GATED_STAGES.find((gated) => above.includes(gated)) ?? "retired";
}

/** What was seen last; empty where nobody ever said. */
function newest(evidence: readonly Summary[], of: (summary: Summary) => string): string {
  const saying = evidence.filter((summary) => of(summary) !== "");
  const last = saying.toSorted((a, b) => b.lastAt - a.lastAt)[0];
  return last === undefined ? "" : of(last);
}

function isMismatch({ comparison }: Sample): boolean {
  return comparison.verdict === "mismatch";
}

function liveFacts({ id }: Route, { live }: ReportParts): LiveFacts | null {
  if (live === null) return null;
  const { startedAt } = live;
  const { breakerOpenedAt, copyBreakerOpenedAt } = live.counters.of(id);
  const stateIn = (breakers: readonly BreakerStatus[]) =>
    breakers.find(({ routeId, side }) => routeId === id && side === "function")?.state ?? "closed";
  return {
    breakers: {
      clients: { state: stateIn(live.breakers()), lastOpenAt: breakerOpenedAt, startedAt },
      copies: { state: stateIn(live.copyBreakers()), lastOpenAt: copyBreakerOpenedAt, startedAt },
    },
    disagreements: [],
  };
}
