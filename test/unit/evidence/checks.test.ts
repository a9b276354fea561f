import { describe, expect, it } from "vitest";
import { assess } from "../../../gateway/evidence/assess.ts";
import {
  CHECKS,
  type Assessable,
  type BreakerFacts,
  type CheckName,
} from "../../../gateway/evidence/assessment.ts";
import { factsOf, group, NOW, summary } from "./summary.ts";

const checkOf = (facts: Assessable, name: CheckName) =>
  assess(facts, NOW).checks.find((check) => check.name === name)!;
const told = (facts: Assessable, name: CheckName) => {
  const { verdict, says } = checkOf(facts, name);
  return `${verdict}: ${says}`;
};
const mismatched = (n: number, compared = 12_000) => ({ compared, matched: compared - n, mismatched: n });
const noise = (at: string, onlyCandidate: number, onlySecondary: number, both: number, triples = 1_000) => {
  return { at, triples, onlyCandidate, onlySecondary, both, shapes: [], features: {} };
};

describe("an assessment", () => {
  it("has its checks in their order, and those of the moment only where there is one", () => {
    const breaker = { state: "closed", lastOpenAt: null, startedAt: 0 } as const;
    const live = { breakers: { clients: breaker, copies: breaker }, disagreements: [] };
    const names = (facts: Assessable) => assess(facts, NOW).checks.map(({ name }) => name);
    expect(names(factsOf([summary()], { live }))).toEqual(CHECKS);
    expect(names(factsOf([summary()]))).toEqual(
      CHECKS.filter((name) => name !== "breaker" && name !== "gateways"),
    );
    expect(names(factsOf([], { live }))).toEqual(CHECKS);
  });

  it("leaves latency out where there is no limit", () => {
    const { verdict, checks } = assess(factsOf([summary()], { gate: { latency: null } }), NOW);
    expect(verdict).toBe("yes");
    expect(checks.map(({ name }) => name)).not.toContain("latency");
  });

  it("adds up what was seen before and after the cutover, with sides changed over", () => {
    const turned = summary({
      key: { candidate: "legacy" },
      counts: { ...mismatched(5), onlyPrimaryFailed: 4, onlyCandidateFailed: 1 },
      primaryDurations: { 30: 12_000 },
      candidateDurations: { 20: 12_000 },
      ratios: { "-9": 12_000 },
      groups: [group("body/a", 5, { kind: "missing", examples: [{ primary: "1", candidate: null }] })],
    });
    const assessment = assess(factsOf([summary(), turned]), NOW);
    expect(assessment.pairs).toBe(24_000);
    expect(assessment.findings).toMatchObject([
      { at: "body/a", kind: "extra", example: { primary: null, candidate: "1" } },
    ]);
    const alone = factsOf([turned]);
    expect(told(alone, "errors")).toMatch(
      /the function failed in 0.033 % of 12,000 pairs, legacy in 0.0083 %/,
    );
    expect(told(alone, "latency")).toMatch(/^no: p99 about 197 ms vs legacy 35 ms; .* 4.4 times legacy/);
  });

  it("counts nothing of another version, build, set of rules, environment or route, and names it", () => {
    const others = [
      summary({ key: { functionVersion: "6" } }),
      summary({ key: { functionVersion: "" }, counts: { compared: 7 } }),
      summary({ key: { legacyBuild: "b2" }, counts: { compared: 8 } }),
      summary({ key: { rulesDigest: "r0" }, counts: { compared: 9 } }),
      summary({ key: { environment: "dev" }, counts: { compared: 10 } }),
    ];
    const says = others.map((other) => told(factsOf([summary(), other]), "pairs").split("; ")[1]);
    expect(says).toEqual([
      "12,000 of version 6 do not count",
      "7 of an unknown version do not count",
      '8 beside legacy build "b2" do not count',
      "9 under other rules do not count",
      '10 in environment "dev" do not count',
    ]);
    expect(assess(factsOf(others), NOW)).toMatchObject({ verdict: "unknown", pairs: 0, key: null });
  });

  it("takes dropped copies for no evidence", () => {
    const dropped = summary({ counts: { ...mismatched(0, 0), identical: 0 }, dropped: { busy: 9 } });
    expect(assess(factsOf([dropped]), NOW)).toMatchObject({ verdict: "unknown", pairs: 0, lastAt: null });
  });

  it("names the command to try, quoted for a shell", () => {
    const next = (facts: Assessable) => assess(facts, NOW).next;
    expect(next(factsOf([summary()]))).toBe('banyan flip get-order cutover --reason "evidence says yes"');
    expect(next(factsOf([]))).toBe("banyan can-i-cutover get-order --to cutover --retry-while-unknown 30");
    expect(next(factsOf([], { stage: "legacy" }))).toBe('banyan flip get-order shadow --reason "to compare"');
    const hostile = summary({ counts: mismatched(900), groups: [group("body/it's $(rm)", 900)] });
    expect(next(factsOf([hostile]))).toBe("banyan diffs get-order --at 'body/it'\\''s $(rm)'");
  });
});

describe("mismatches", () => {
  it("say how many more clean pairs would do, and how long they take", () => {
    const { verdict, next, measured } = checkOf(factsOf([summary({ counts: mismatched(9) })]), "mismatches");
    expect(verdict).toBe("unknown");
    expect(next).toMatch(/^about 1\d,\d{3} more clean pairs, \d+ hours at this rate$/);
    expect(measured).toBeGreaterThan(0.001);
  });

  it("do not count noise against the route, nor for it", () => {
    const counts = mismatched(6_000);
    const groups = [group("body/at", 5_998), group("body/total", 3)];
    const noisy = [noise("**", 240, 240, 250), noise("body/at", 240, 240, 250)];
    const facts = factsOf([summary({ counts, groups, noise: noisy })]);
    expect(told(facts, "mismatches")).toMatch(/^unknown: .*; legacy differs from itself at body\/at$/);
    expect(checkOf(facts, "mismatches").next).toMatch(/^a matcher for body\/at/);
    // The other place is not noise.
    expect(told(facts, "fields")).toMatch(/^unknown: .* at body\/at, body\/total$/);
  });

  it("are a no beside noise when another place alone shows too many", () => {
    const groups = [group("body/at", 5_998), group("body/total", 300)];
    const noisy = ["**", "body/at"].map((at) => noise(at, 2_400, 2_400, 2_500, 20_000));
    const facts = factsOf([summary({ counts: mismatched(6_000), groups, noise: noisy })]);
    expect(checkOf(facts, "mismatches").verdict).toBe("no");
    expect(assess(facts, NOW).findings.map(({ at, noise: of }) => [at, of])).toEqual([
      ["body/total", "clean"],
      ["body/at", "noisy"],
    ]);
  });

  it("are no yes when too much could not be compared, and say so when a little could not", () => {
    const some = (inconclusive: number) => {
      const counts = { compared: 12_000 + inconclusive, matched: 12_000, inconclusive };
      return told(factsOf([summary({ counts })]), "mismatches");
    };
    expect(some(2)).toMatch(/^yes: 0 of 12,000 pairs .*; 2 more pairs could not be compared$/);
    expect(some(1_000)).toMatch(/^unknown: .*; 1,000 more pairs could not be compared, 7.7 % of all/);
  });
});

describe("fields", () => {
  it("that regress are a no by name", () => {
    const noisy = [noise("**", 90, 0, 0), noise("body/total", 90, 0, 0)];
    const facts = factsOf([
      summary({ counts: mismatched(900), groups: [group("body/total", 900)], noise: noisy }),
    ]);
    expect(told(facts, "fields")).toBe(
      "no: body/total regresses: it differs in 9 % more of the answers than legacy from itself",
    );
  });

  it("that regress within what is allowed are named, and pass", () => {
    const counts = mismatched(300, 1_000_000);
    const noisy = [noise("**", 20, 0, 0, 50_000), noise("body/total", 20, 0, 0, 50_000)];
    const coverage = { "GET 200": 1_000_000 };
    const facts = factsOf([summary({ counts, groups: [group("body/total", 300)], noise: noisy, coverage })]);
    expect(told(facts, "mismatches")).toMatch(/^yes/);
    expect(told(facts, "fields")).toBe("yes: body/total differs, within what is allowed");
  });

  it("that rules excuse do not count", () => {
    const groups = [group("body/total", 900, { ignoredPairs: 900 })];
    const facts = factsOf([summary({ counts: { matched: 11_100, ignored: 900 }, groups })]);
    expect(assess(facts, NOW).verdict).toBe("yes");
  });
});

describe("errors", () => {
  it("are those of the function beyond legacy's", () => {
    const failing = (counts: object) => told(factsOf([summary({ counts })]), "errors");
    expect(failing({ bothFailed: 600 })).toMatch(
      /^yes: the function failed in 5 % of 12,000 pairs, legacy in 5 %/,
    );
    expect(failing({ onlyCandidateFailed: 20, onlyPrimaryFailed: 20 })).toMatch(/^unknown/);
    expect(failing({ onlyCandidateFailed: 90 })).toMatch(
      /^no: .* at least 0.39 % more at 95 %; 0.2 % is allowed/,
    );
    expect(failing({ onlyPrimaryFailed: 900 })).toMatch(/^yes: .* at most 0 % more/);
  });
});

describe("latency", () => {
  const slow = (candidateDurations: object, ratios = { 0: 12_000 }) =>
    factsOf([summary({ candidateDurations: { ...candidateDurations }, ratios })]);

  it("is judged at the p99 and at the median", () => {
    expect(told(slow({ 20: 11_000, 40: 1_000 }), "latency")).toMatch(/^no: p99 about 1.1 s/);
    expect(told(slow({ 34: 12_000 }), "latency")).toMatch(/^no/);
    expect(told(slow({ 24: 12_000 }), "latency")).toMatch(/^yes/);
  });

  it("is unknown as long as bounds are wide", () => {
    const durations = { 20: 180, 26: 20 };
    const few = summary({
      counts: mismatched(0, 200),
      primaryDurations: durations,
      candidateDurations: durations,
    });
    expect(
      checkOf(factsOf([few], { gate: { latency: { factor: 1.2, slackMs: 1 } } }), "latency").verdict,
    ).toBe("unknown");
  });

  it("is unknown below the gate's pairs, as the first calls are cold starts", () => {
    const cold = (compared: number) =>
      factsOf([
        summary({
          counts: { compared, matched: compared },
          primaryDurations: { 20: compared },
          candidateDurations: { 40: compared },
          ratios: { 20: compared },
        }),
      ]);
    expect(told(cold(21), "latency")).toMatch(
      /^unknown: p99 about 1.1 s.*; 21 pairs in which both answered, and 1,000 are needed$/,
    );
    expect(checkOf(cold(21), "latency").next).toMatch(/cold starts/);
    const { minPairs } = cold(0).gate;
    expect(told(cold(minPairs - 1), "latency")).toMatch(/^unknown/);
    expect(told(cold(minPairs), "latency")).toMatch(/^no/);
  });

  it("is unknown where no pair was answered by both sides, and says that instead of a number", () => {
    const failed = (ratios: object) =>
      factsOf([
        summary({
          counts: { compared: 12_000, matched: 0, mismatched: 12_000, onlyCandidateFailed: 12_000 },
          ratios: { ...ratios },
        }),
      ]);
    const { says, measured, needed, next } = checkOf(failed({}), "latency");
    expect(told(failed({}), "latency")).toBe(
      "unknown: unknown, because in none of 12,000 pairs both sides answered",
    );
    expect({ measured, needed, next }).toEqual({
      measured: null,
      needed: null,
      next: "pairs in which both answer",
    });
    expect(says).not.toMatch(/0\.0 times| 0 ms/);
    // Failures do not make up for pairs that say something.
    expect(told(failed({ 20: 21 }), "latency")).toMatch(/^unknown: .*; 21 pairs in which both answered/);
  });

  it("takes the pairs' word for the median where requests differ much", () => {
    // Half of the requests take 30 ms and half 600 ms, on both sides, so the median is anywhere between.
    const durations = { 19: 6_000, 37: 6_000 };
    const gate = { latency: { factor: 1.5, slackMs: 1 } };
    const of = (ratios: object) =>
      factsOf(
        [summary({ primaryDurations: durations, candidateDurations: durations, ratios: { ...ratios } })],
        { gate },
      );
    expect(checkOf(of({ 0: 12_000 }), "latency").verdict).toBe("yes");
    expect(checkOf(of({ 3: 12_000 }), "latency").verdict).toBe("unknown");
  });
});

describe("coverage", () => {
  const covered = (coverage: Record<string, number>, methods: readonly string[] | null = ["GET", "POST"]) =>
    told(factsOf([summary({ coverage })], { methods }), "coverage");

  it("asks for each method, with more than errors", () => {
    expect(covered({ "GET 200": 50, "POST 201 application/json": 20, "POST timeout": 1 })).toBe(
      "yes: GET 50 × 2xx; POST 20 × 2xx, 1 × timeout",
    );
    expect(covered({ "GET 200": 50, "POST 500": 9, "POST 404": 9 })).toBe(
      "unknown: of POST only errors were compared",
    );
    expect(covered({ "GET 304": 50, "POST 201": 3 })).toBe(
      "unknown: POST was compared only 3 times without an error, and 10 are needed",
    );
    expect(covered({ "PUT 200": 50 }, null)).toBe("yes: PUT 50 × 2xx");
  });
});

describe("the moment", () => {
  const closed = { state: "closed", lastOpenAt: null, startedAt: 0 } as const;
  const live = (
    clients: Partial<BreakerFacts>,
    copies: Partial<BreakerFacts> = {},
    disagreements: readonly string[] = [],
  ) => {
    const breakers = { clients: { ...closed, ...clients }, copies: { ...closed, ...copies } };
    return factsOf([summary()], { live: { breakers, disagreements } });
  };

  it("is known by the breakers of clients and of copies, as long as the gateway is up", () => {
    const [startedAt, lastOpenAt] = [NOW - 6_000_000, NOW - 600_000];
    expect(told(live({ state: "open", startedAt }, { startedAt }), "breaker")).toBe(
      "no: the breaker of clients is open; that of copies has not opened in 100 minutes",
    );
    expect(told(live({ lastOpenAt }), "breaker")).toMatch(
      /^no: the breaker of clients has been closed for 10 minutes; .*; 60 minutes are needed/,
    );
    expect(told(live({ startedAt }, { startedAt }), "breaker")).toBe(
      "yes: the breakers of clients and of copies have not opened in the 100 minutes that the gateway has been up",
    );
    expect(told(live({ lastOpenAt: NOW - 7_200_000 }), "breaker")).toMatch(/^yes/);
  });

  it("is a no by the breaker of copies alone, which it names", () => {
    const [startedAt, lastOpenAt] = [NOW - 6_000_000, NOW - 600_000];
    expect(told(live({ startedAt }, { startedAt, lastOpenAt, state: "open" }), "breaker")).toBe(
      "no: the breaker of clients has not opened in 100 minutes; that of copies is open",
    );
    expect(told(live({ startedAt }, { startedAt, lastOpenAt, state: "half-open" }), "breaker")).toBe(
      "no: the breaker of clients has not opened in 100 minutes; that of copies opened 10 minutes ago, and waits for a call; 60 minutes are needed",
    );
    expect(told(live({ startedAt }, { startedAt, lastOpenAt }), "breaker")).toBe(
      "no: the breaker of clients has not opened in 100 minutes; that of copies has been closed for 10 minutes; 60 minutes are needed",
    );
    expect(checkOf(live({ startedAt }, { startedAt, lastOpenAt }), "breaker").next).toBe("50 minutes");
  });

  it("is no longer a no by a breaker that waits for a call which this stage does not make", () => {
    const halfOpen = { startedAt: NOW - 9_000_000, lastOpenAt: NOW - 7_200_000, state: "half-open" } as const;
    expect(told(live({ startedAt: halfOpen.startedAt }, halfOpen), "breaker")).toMatch(
      /^yes: .*; that of copies opened 2 hours ago, and waits for a call/,
    );
  });

  it("is unknown while gateways disagree", () => {
    expect(told(live({}, {}, ["b is at version 12"]), "gateways")).toBe(
      "unknown: 1 disagreements: b is at version 12",
    );
  });
});
