import type { Assessment, Check, Finding } from "../../gateway/evidence/assessment.ts";
import type { Assess } from "../../gateway/report/report-of.ts";

/** Judges by plain counts: no mathematics, but a yes, a no and an unknown for the same reasons as the real thing. */
export const plainAssess: Assess = (facts) => {
  const { route, stage, percent, to, gate, current, evidence } = facts;
  const sum = (of: (one: (typeof evidence)[number]) => number) =>
    evidence.reduce((total, one) => total + of(one), 0);
  const pairs = sum(({ counts }) => counts.compared);
  const mismatched = sum(({ counts }) => counts.mismatched);
  const checks: Check[] = [
    {
      name: "pairs",
      verdict: pairs >= gate.minPairs ? "yes" : "unknown",
      says: `${pairs} pairs of function version ${current.functionVersion}`,
      measured: pairs,
      needed: gate.minPairs,
      next: pairs >= gate.minPairs ? null : `${gate.minPairs - pairs} more pairs`,
    },
    {
      name: "mismatches",
      verdict: mismatched > 0 ? "no" : pairs >= gate.minPairs ? "yes" : "unknown",
      says: `${mismatched} of ${pairs} → true rate at most 0.16 % at 95 %; 0.10 % is allowed`,
      measured: 0.0016,
      needed: gate.maxMismatchRate,
      next: mismatched > 0 ? "about 900 more clean pairs, 40 minutes at this rate" : null,
    },
    {
      name: "latency",
      verdict: "yes",
      says: "p99 142 ms, legacy 180 ms",
      measured: 142,
      needed: 266,
      next: null,
    },
  ];
  const worst =
    (["no", "unknown"] as const).find((one) => checks.some(({ verdict }) => verdict === one)) ?? "yes";
  const times = evidence.flatMap(({ firstAt, lastAt }) => [firstAt, lastAt]);
  return {
    route,
    from: { stage, percent },
    to,
    verdict: worst,
    checks,
    findings: evidence.flatMap(({ groups }) => groups.map(findingOf)),
    key: evidence.length === 0 ? null : current,
    pairs,
    rejudged: 0,
    firstAt: times.length === 0 ? null : Math.min(...times),
    lastAt: times.length === 0 ? null : Math.max(...times),
    next: worst === "yes" ? `banyan promote ${route}` : `banyan diffs ${route}`,
  } satisfies Assessment;
};

function findingOf({
  at,
  kind,
  pairs,
  ignoredPairs,
  examples,
}: { readonly examples: readonly Finding["example"][] } & Pick<
  Finding,
  "at" | "kind" | "pairs" | "ignoredPairs"
>): Finding {
  return {
    at,
    kind,
    pairs,
    ignoredPairs,
    noise: at === "body/total" ? "regresses" : null,
    example: examples[0] ?? null,
  };
}
