import { isDeepStrictEqual } from "node:util";
import type { BreakerFacts, LiveFacts } from "../evidence/assessment.ts";
import type { Sample } from "../store/evidence-store.ts";
import { byName, mergedSummaries, sumsByName } from "./merged-evidence.ts";
import type { ReportFacts, ReportSource, RouteFacts } from "./report.ts";
import { ReportProblem } from "./report-problem.ts";

/** Samples that are kept of each route. */
export const MOST_SAMPLES = 20;

type Some<T> = readonly [T, ...T[]];
type Current = RouteFacts["current"];

/**
 * Facts of one run, or its shards, as one that says the same; reports are facts, too. In what order and in what parts they
 * are merged makes no difference. Throws a ReportProblem where they were not made from one configuration.
 */
export function mergeFacts(shards: Some<ReportFacts>): ReportFacts {
  const byRoute = Map.groupBy(
    shards.flatMap(({ routes }) => routes),
    ({ route }) => route,
  );
  return {
    schemaVersion: 1,
    source: mergedSource(each(shards, ({ source }) => source)),
    configFile: agreed(
      "configFile",
      each(shards, ({ configFile }) => configFile),
    ),
    routes: [...byRoute]
      .toSorted(byName)
      .flatMap(([, [first, ...others]]) => (first === undefined ? [] : [mergedRoute([first, ...others])])),
    left: sumsByName(shards.map(({ left }) => left)),
    judgedAt: Math.max(...shards.map(({ judgedAt }) => judgedAt)),
  };
}

function mergedSource(sources: Some<ReportSource>): ReportSource {
  return {
    kind: agreed(
      "source",
      each(sources, ({ kind }) => kind),
    ),
    names: [...new Set(sources.flatMap(({ names }) => names))].toSorted(),
    firstAt: ofThose(
      sources.map(({ firstAt }) => firstAt),
      Math.min,
    ),
    lastAt: ofThose(
      sources.map(({ lastAt }) => lastAt),
      Math.max,
    ),
  };
}

function mergedRoute(parts: Some<RouteFacts>): RouteFacts {
  const { route } = parts[0];
  const one = <T>(name: string, of: (part: RouteFacts) => T) =>
    agreed(`${name} of route ${JSON.stringify(route)}`, each(parts, of));
  return {
    route,
    match: one("match", ({ match }) => match),
    line: one("line", ({ line }) => line),
    methods: one("methods", ({ methods }) => methods),
    stage: one("stage", ({ stage }) => stage),
    percent: one("percent", ({ percent }) => percent),
    to: one("target stage", ({ to }) => to),
    gate: one("gate", ({ gate }) => gate),
    current: {
      functionVersion: known(parts, "functionVersion"),
      legacyBuild: known(parts, "legacyBuild"),
      rulesDigest: known(parts, "rulesDigest"),
      environment: known(parts, "environment"),
    },
    evidence: mergedSummaries(parts.flatMap(({ evidence }) => evidence)),
    rejudged: mergedSummaries(parts.flatMap(({ rejudged }) => rejudged)),
    samples: parts
      .flatMap(({ samples }) => samples)
      .toSorted(newestFirst)
      .slice(0, MOST_SAMPLES),
    left: sumsByName(parts.map(({ left }) => left)),
    live: parts.map(({ live }) => live).reduce(mergedLive),
  };
}

/** What all shards say; a shard that saw nothing of the route does not know, and says so by an empty text. */
function known(parts: Some<RouteFacts>, name: keyof Current): string {
  const said = parts.map(({ current }) => current[name]).filter((text) => text !== "");
  const [first, ...others] = said;
  return first === undefined
    ? ""
    : agreed(`${name} of route ${JSON.stringify(parts[0].route)}`, [first, ...others]);
}

function agreed<T>(what: string, values: Some<T>): T {
  const other = values.find((value) => !isDeepStrictEqual(value, values[0]));
  if (other === undefined || other === values[0]) return values[0];
  const shown = [values[0], other].map((value) => JSON.stringify(value)).toSorted();
  throw new ReportProblem(
    `these reports are not of one run: ${what} is ${shown.join(" in one and ")} in another (merge shards of one run only)`,
  );
}

function each<T, U>([first, ...others]: Some<T>, of: (one: T) => U): [U, ...U[]] {
  return [of(first), ...others.map(of)];
}

function ofThose(times: readonly (number | null)[], choose: (...times: number[]) => number): number | null {
  const present = times.filter((time) => time !== null);
  return present.length === 0 ? null : choose(...present);
}

function newestFirst(a: Sample, b: Sample): number {
  return b.at - a.at || byName([a.id], [b.id]) || byName([told(a)], [told(b)]);
}

/** Ids are unique in their corpus only. */
function told({ key, request, comparison }: Sample): string {
  return JSON.stringify([key, request.method, request.target, comparison]);
}

function mergedLive(a: LiveFacts | null, b: LiveFacts | null): LiveFacts | null {
  if (a === null || b === null) return a ?? b;
  const disagreements = [...new Set([...a.disagreements, ...b.disagreements])].toSorted();
  return { breakers: worseBreakers(a.breakers, b.breakers), disagreements };
}

const BY_STATE = ["closed", "half-open", "open"] as const;

function worseBreakers(a: LiveFacts["breakers"], b: LiveFacts["breakers"]): LiveFacts["breakers"] {
  if (a === null || b === null) return a ?? b;
  return { clients: worseBreaker(a.clients, b.clients), copies: worseBreaker(a.copies, b.copies) };
}

/** Closed for as short as any of them. */
function worseBreaker(a: BreakerFacts, b: BreakerFacts): BreakerFacts {
  return {
    state: BY_STATE[Math.max(BY_STATE.indexOf(a.state), BY_STATE.indexOf(b.state))]!,
    lastOpenAt: ofThose([a.lastOpenAt, b.lastOpenAt], Math.max),
    startedAt: Math.max(a.startedAt, b.startedAt),
  };
}
