import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { json, readReport } from "../../../gateway/report/json.ts";
import { mergeFacts, MOST_SAMPLES } from "../../../gateway/report/merge-facts.ts";
import type { ReportFacts, RouteFacts } from "../../../gateway/report/report.ts";
import { reportOf } from "../../../gateway/report/report-of.ts";
import { ReportProblem } from "../../../gateway/report/report-problem.ts";
import { NO_COUNTS } from "../../../gateway/store/increments.ts";
import { assess } from "../../../gateway/evidence/assess.ts";
import { evidenceKey, group, reportFacts, routeFacts, sample, summary } from "../../support/report-facts.ts";

const AT = 1_700_000_000_000;
const small = fc.nat({ max: 20 });
const time = small.map((n) => AT + n);

/** What one pair adds to the facts of a run: the smallest shard there is. */
const anyPair: fc.Arbitrary<ReportFacts> = fc
  .record({
    route: fc.constantFrom("a", "b"),
    functionVersion: fc.constantFrom("41", "40"),
    at: time,
    id: fc.constantFrom("1", "2", "3"),
    place: fc.constantFrom("status", "body/x"),
    ignoredPairs: fc.constantFrom(0, 1),
    shown: fc.constantFrom(null, "1", "2"),
    reason: fc.constantFrom("unsafe", "unreachable"),
    corpus: fc.constantFrom("a.ndjson", "b.ndjson"),
    feature: fc.constantFrom("long", "empty"),
  })
  .map(({ route, functionVersion, at, id, place, ignoredPairs, shown, reason, corpus, feature }) => {
    const key = evidenceKey(route, { functionVersion });
    const examples = [{ primary: shown, candidate: "0" }];
    const noise = {
      at: place,
      triples: 1,
      onlyCandidate: 1,
      onlySecondary: 0,
      both: 0,
      shapes: [],
      features: { [feature]: { onlyCandidate: 1, onlySecondary: 0 } },
    };
    const counted = summary(route, {
      key,
      counts: { ...NO_COUNTS, compared: 1, mismatched: 1 },
      coverage: { [`GET 200 ${place}`]: 1 },
      dropped: { [reason]: 1 },
      groups: [group({ at: place, pairs: 1, ignoredPairs, examples, firstAt: at, lastAt: at })],
      noise: [noise],
      firstAt: at,
      lastAt: at,
    });
    return reportFacts({
      source: { kind: "corpus", names: [corpus], firstAt: at, lastAt: at },
      routes: [
        routeFacts(route, {
          evidence: [counted],
          rejudged: [counted],
          samples: [sample(route, { id, key, at })],
          left: { [reason]: 1 },
        }),
      ],
      left: { "no-route": 1 },
      judgedAt: at,
    });
  });
const anyRun = fc.array(anyPair, { minLength: 1, maxLength: 40 });
const anyOrder = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });

const merged = ([first, ...others]: readonly ReportFacts[]) => mergeFacts([first!, ...others]);
const written = (facts: ReportFacts) => json(reportOf(facts, assess));

describe("facts of shards", () => {
  it("make the same report, byte for byte, in whatever order and parts they are merged", () => {
    fc.assert(
      fc.property(anyRun, fc.array(fc.nat({ max: 2 })), anyOrder, (pairs, cuts, ranks) => {
        const whole = written(merged(pairs));
        const shuffled = pairs
          .map((pair, n) => ({ pair, rank: ranks[n]! }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ pair }) => pair);
        const shards = [...Map.groupBy(shuffled, (_, n) => cuts[n % Math.max(1, cuts.length)] ?? 0).values()];
        expect(written(merged(shards.map(merged)))).toBe(whole);
        // As `banyan report merge` does it: by way of files.
        const files = shards.map((shard) => written(merged(shard)));
        expect(written(merged(files.map(readReport)))).toBe(whole);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("add up", () => {
    fc.assert(
      fc.property(anyRun, (pairs) => {
        const { routes, left } = merged(pairs);
        const evidence = routes.flatMap((route) => route.evidence);
        const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
        expect(sum(evidence.map(({ counts }) => counts.mismatched))).toBe(pairs.length);
        expect(sum(evidence.flatMap(({ groups }) => groups.map((one) => one.pairs)))).toBe(pairs.length);
        expect(sum(evidence.flatMap(({ noise }) => noise.map(({ triples }) => triples)))).toBe(pairs.length);
        expect(sum(routes.flatMap((route) => Object.values(route.left)))).toBe(pairs.length);
        expect(left).toEqual({ "no-route": pairs.length });
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("keep the newest samples, newest first", () => {
    const samples = Array.from({ length: MOST_SAMPLES + 5 }, (_, n) =>
      sample("a", { id: `${n}`, at: AT + n }),
    );
    const [route] = mergeFacts([
      reportFacts({ routes: [routeFacts("a", { samples: samples.slice(0, 10) })] }),
      reportFacts({ routes: [routeFacts("a", { samples: samples.slice(10) })] }),
    ]).routes;
    expect(route!.samples.map(({ at }) => at)).toEqual(
      samples
        .map(({ at }) => at)
        .toReversed()
        .slice(0, MOST_SAMPLES),
    );
  });

  it("know the version that any of them knows", () => {
    const { current } = routeFacts("a");
    const blind = { ...current, functionVersion: "" };
    const [route] = mergeFacts([withRoute({ current: blind }), withRoute({ current })]).routes;
    expect(route!.current).toEqual(current);
  });

  it("have the breaker that was closed for the shortest time, and every disagreement", () => {
    const live = (startedAt: number, said: string, state: "closed" | "open") => ({
      breakers: {
        clients: { state, lastOpenAt: null, startedAt },
        copies: { state: "closed" as const, lastOpenAt: startedAt, startedAt },
      },
      disagreements: [said],
    });
    const [route] = mergeFacts([
      withRoute({ live: live(AT, "b is late", "open") }),
      withRoute({ live: null }),
      withRoute({ live: live(AT + 1, "a is late", "closed") }),
    ]).routes;
    expect(route!.live).toEqual({
      breakers: {
        clients: { state: "open", lastOpenAt: null, startedAt: AT + 1 },
        copies: { state: "closed", lastOpenAt: AT + 1, startedAt: AT + 1 },
      },
      disagreements: ["a is late", "b is late"],
    });
  });
});

it.each<[what: string, change: Partial<RouteFacts>, message: RegExp]>([
  ["another gate", { gate: { ...routeFacts("a").gate, minPairs: 1 } }, /gate of route "a" is .*"minPairs":1/],
  ["another stage", { stage: "shadow" }, /stage of route "a" is "canary" in one and "shadow" in another/],
  [
    "another version",
    { current: { ...routeFacts("a").current, functionVersion: "42" } },
    /functionVersion of route "a"/,
  ],
])("facts with %s are not merged", (_, change, message) => {
  const [one, other] = [withRoute({}), withRoute(change)];
  expect(() => mergeFacts([one, other])).toThrow(ReportProblem);
  expect(() => mergeFacts([one, other])).toThrow(message);
  expect(() => mergeFacts([other, one])).toThrow(message);
});

it("a report without routes is unknown", () => {
  expect(reportOf(reportFacts({ routes: [] }), assess).verdict).toBe("unknown");
});

function withRoute(changes: Partial<RouteFacts>): ReportFacts {
  return reportFacts({ routes: [routeFacts("a", changes)] });
}
