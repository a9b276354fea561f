import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assess } from "../../gateway/evidence/assess.ts";
import type { Assessment } from "../../gateway/evidence/assessment.ts";
import type { GatedStage } from "../../gateway/evidence/gate.ts";
import { throughCorpus, throughShadow, type Gathered } from "../support/agreement-ways.ts";
import { SYNTHETIC_ROUTES, type SyntheticRoute } from "../support/synthetic-routes.ts";

/** Enough for the bounds of a canary; rates that a cutover is refused for take as many pairs as the routes have. */
const FEWER = 2_000;
const ENOUGH_WITH_FEWER = [
  "clean",
  "slow",
  "stale-version",
  "mixed-methods",
  "stale-in-time",
  "rules-changed",
];

interface Case {
  readonly route: SyntheticRoute;
  readonly to: GatedStage;
}

const CASES: readonly Case[] = SYNTHETIC_ROUTES.map((route) =>
  ENOUGH_WITH_FEWER.includes(route.name)
    ? { route: withFewer(route), to: "canary" }
    : { route, to: "cutover" },
);

/** The same route with fewer requests; where a sentence says how many there were, it says so of those. */
function withFewer(route: SyntheticRoute): SyntheticRoute {
  const { verdict, because } = route.expected;
  const [all, fewer] = [route.requests, FEWER].map((n) => n.toLocaleString("en"));
  const says = new RegExp(because?.says.source.replace(all!, fewer!) ?? "");
  return {
    ...route,
    requests: FEWER,
    expected: { verdict, because: because === null ? null : { ...because, says } },
  };
}

/** What only a gateway knows: a corpus has neither breakers nor a fleet. */
const ONLY_LIVE = ["breaker", "gateways"];

describe("through live shadow and through a corpus", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "banyan-agreement-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(CASES)("$route.name to $to: $route.expected.verdict", { timeout: 120_000 }, async (asked) => {
    const { route, to } = asked;
    const live = await throughShadow(route, to);
    const corpus = await throughCorpus(route, to, join(folder, `${route.name}.ndjson.gz`));
    const [ofLive, ofCorpus] = [live, corpus].map(({ facts, askedAt }) => assess(facts, askedAt));

    for (const assessment of [ofLive!, ofCorpus!]) expectAsForetold(assessment, route);
    expect(saidBy(ofCorpus!)).toEqual(saidBy(ofLive!, ONLY_LIVE));
    expect(ofLive!.checks.filter(({ name }) => ONLY_LIVE.includes(name))).toMatchObject([
      { verdict: "yes" },
      { verdict: "yes" },
    ]);
    expect(countedIn(corpus)).toEqual(countedIn(live));
    expect(countedIn(live).map(({ counts }) => counts.compared)).toEqual(
      route.requests === 0 ? [] : [route.requests],
    );
  });
});

function expectAsForetold({ verdict, checks }: Assessment, { expected }: SyntheticRoute): void {
  const { because } = expected;
  const open = checks.filter((check) => check.verdict !== "yes");
  const reason = open.find(({ name }) => name === because?.check);
  expect(verdict).toBe(expected.verdict);
  expect(reason?.verdict).toBe(because === null ? undefined : verdict);
  expect(reason?.says ?? "").toMatch(because?.says ?? /^$/);
  expect(open.length > 0).toBe(because !== null);
}

/** Every sentence, word by word, and every finding but for its example, which is whichever sample was kept. */
function saidBy({ verdict, checks, findings, next }: Assessment, but: readonly string[] = []) {
  return {
    verdict,
    checks: checks
      .filter(({ name }) => !but.includes(name))
      .map((check) => [check.name, check.verdict, check.says]),
    findings: findings.map(({ at, kind, pairs, ignoredPairs, noise }) => [
      at,
      kind,
      pairs,
      ignoredPairs,
      noise,
    ]),
    next,
  };
}

/**
 * What was counted. Whom legacy is asked twice is left to chance on either way, so the triples that tell noise are others; what
 * is said of it has to be the same.
 */
function countedIn({ facts }: Gathered) {
  return facts.evidence.map(
    ({ key, counts, dropped, coverage, primaryDurations, candidateDurations, ratios, groups }) => ({
      key,
      counts,
      dropped,
      coverage,
      primaryDurations,
      candidateDurations,
      ratios,
      groups: groups.map(({ at, kind, pairs, ignoredPairs }) => [at, kind, pairs, ignoredPairs]),
    }),
  );
}
