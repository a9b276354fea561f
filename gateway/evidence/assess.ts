import { judgeFields, type FieldJudgement } from "../diff/noise-verdict.ts";
import type { Assessable, Assessment, Check, CheckName, GateVerdict } from "./assessment.ts";
import { coverageCheck } from "./coverage-check.ts";
import { currentEvidence, otherEvidence, type CurrentEvidence } from "./current-evidence.ts";
import { errorCheck } from "./error-check.ts";
import { fieldCheck } from "./field-check.ts";
import { findingsOf } from "./findings.ts";
import { latencyCheck } from "./latency-check.ts";
import { mismatchCheck, morePairs } from "./mismatch-check.ts";
import { breakerCheck, freshnessCheck, gatewaysCheck } from "./moment-checks.ts";
import { nextCommand } from "./next-command.ts";
import { counted, span } from "./wording.ts";

/**
 * Whether a route may move up, and why: each check by itself, `no` if any says so, else `unknown` if any does. Without
 * evidence nothing is a yes. `now` is wall-clock milliseconds. Each check keeps the gate's confidence for itself, at every
 * moment at once, so that looking again costs nothing; a route that ought not to pass passes only if it fools the check
 * that would stop it.
 */
export function assess(facts: Assessable, now: number): Assessment {
  const { route, stage, percent, to, live, gate, current } = facts;
  const evidence = currentEvidence(facts);
  const judged = evidence === null ? NOTHING_JUDGED : judgedFields(evidence, 1 - gate.confidence);
  const ofMoment = live === null ? [] : [breakerCheck(live, gate, now), gatewaysCheck(live)];
  const ofEvidence = evidence === null ? nothingSeen(facts) : checksOf(evidence, judged, facts, now);
  const checks = [...ofEvidence, ...ofMoment].filter((check) => check !== null);
  const findings = evidence === null ? [] : findingsOf(evidence, judged);
  const verdict = worstOf(checks);
  return {
    route,
    from: { stage, percent },
    to,
    verdict,
    checks,
    findings,
    key: evidence === null ? null : current,
    pairs: evidence?.counts.compared ?? 0,
    rejudged: evidence?.rejudged ?? 0,
    firstAt: evidence?.firstAt ?? null,
    lastAt: evidence?.lastAt ?? null,
    next: nextCommand(facts, verdict, checks, findings),
  };
}

type Judged = ReadonlyMap<string, FieldJudgement>;
const NOTHING_JUDGED: Judged = new Map();

/** By place. Fields share alpha, so that many of them raise no more false alarms than one. */
function judgedFields({ noise }: CurrentEvidence, alpha: number): Judged {
  const judgements = judgeFields(noise, alpha / Math.max(1, noise.length));
  return new Map(judgements.map((judgement) => [judgement.at, judgement]));
}

function checksOf(
  evidence: CurrentEvidence,
  judged: Judged,
  facts: Assessable,
  now: number,
): readonly (Check | null)[] {
  const { gate, methods } = facts;
  const mismatches = mismatchCheck(evidence, placesOfNoise(evidence, judged), gate);
  return [
    pairsCheck(evidence, facts),
    mismatches,
    fieldCheck(evidence, judged, mismatches),
    errorCheck(evidence, gate),
    latencyCheck(evidence, gate),
    coverageCheck(evidence, methods),
    freshnessCheck(evidence, gate, now),
  ];
}

/** Where legacy was seen to differ from itself, unless the function is known to be worse. */
function placesOfNoise({ noise }: CurrentEvidence, judged: Judged): ReadonlySet<string> {
  const ownNoise = noise.filter(({ onlySecondary, both }) => onlySecondary + both > 0);
  return new Set(ownNoise.map(({ at }) => at).filter((at) => judged.get(at)?.verdict !== "regresses"));
}

function pairsCheck(evidence: CurrentEvidence, facts: Assessable): Check {
  const { counts, firstAt, lastAt, rejudged } = evidence;
  const { minPairs: needed } = facts.gate;
  const again = rejudged === 0 ? [] : [`${counted(rejudged, "pair")} of earlier rules compared again`];
  const seen = `${counted(counts.compared, "pair")}${ofVersion(facts)} in ${span(lastAt - firstAt)}`;
  const says = [seen, ...again, ...notCounting(facts)].join("; ");
  const isEnough = counts.compared >= needed;
  return {
    name: "pairs",
    verdict: isEnough ? "yes" : "unknown",
    says: isEnough ? says : `${says}; ${counted(needed, "pair")} are needed`,
    measured: counts.compared,
    needed,
    next: isEnough ? null : morePairs(needed - counts.compared, evidence),
  };
}

const OF_EVIDENCE: readonly CheckName[] = [
  "mismatches",
  "fields",
  "errors",
  "latency",
  "coverage",
  "freshness",
];

/** The list of a route of which nothing is known. */
function nothingSeen(facts: Assessable): Check[] {
  const says = [`no pair${ofVersion(facts)} was compared`, ...notCounting(facts)].join("; ");
  const { minPairs: needed } = facts.gate;
  const unknown = { verdict: "unknown" as const, next: "traffic in shadow, or a corpus to replay" };
  return [
    { name: "pairs", says, measured: 0, needed, ...unknown },
    ...OF_EVIDENCE.map((name) => ({
      name,
      says: "no pair to judge by",
      measured: null,
      needed: null,
      ...unknown,
    })),
  ];
}

function ofVersion({ current }: Assessable): string {
  return current.functionVersion === "" ? "" : ` of function version ${current.functionVersion}`;
}

function notCounting(facts: Assessable): string[] {
  const others = otherEvidence(facts);
  return others.length === 0 ? [] : [`${others.join(" and ")} do not count`];
}

function worstOf(checks: readonly Check[]): GateVerdict {
  if (checks.some(({ verdict }) => verdict === "no")) return "no";
  return checks.some(({ verdict }) => verdict === "unknown") ? "unknown" : "yes";
}
