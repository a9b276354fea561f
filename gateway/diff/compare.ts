import { areSameBodies, compareBodies } from "./body.ts";
import type { Comparison, InconclusiveReason } from "./comparison.ts";
import { compareCookies } from "./cookies.ts";
import { Enough, Findings } from "./findings.ts";
import { areSameFields, compareHeaders, judgedFields } from "./headers.ts";
import type { AnsweredObservation, FailedObservation, Observation } from "./observation.ts";
import { compileRules } from "./places.ts";
import type { CompareRules } from "./rules.ts";
import { Undecided, Work } from "./work.ts";

const SAME: Comparison = {
  verdict: "match",
  identical: true,
  differences: [],
  ignored: [],
  truncated: false,
  reason: null,
};

/**
 * Compares what the candidate did with a request with what the primary did. Never throws, whatever bytes and rules it is
 * given: what cannot be judged is inconclusive. `now` is when, in milliseconds since the epoch, for rules that expire.
 */
export function compare(
  primary: Observation,
  candidate: Observation,
  rules: CompareRules,
  now: number,
): Comparison {
  const findings = new Findings(now);
  let reason: InconclusiveReason | null = null;
  try {
    if (primary.kind === "failed") reason = "primary-failed";
    else if (candidate.kind === "failed") compareFailure(primary, candidate, rules, findings);
    else if (compareAnswers(primary, candidate, rules, findings)) return SAME;
  } catch (thrown) {
    reason = reasonOf(thrown);
  }
  return concluded(findings, reason);
}

function compareFailure(
  primary: AnsweredObservation,
  candidate: FailedObservation,
  rules: CompareRules,
  findings: Findings,
): void {
  const place = compileRules(rules).below("failure");
  findings.add("failure", place, "failure", `answered ${primary.status}`, candidate.failure);
}

/** Compares two answers, the most telling first; true when they are the same to the byte. */
function compareAnswers(
  primary: AnsweredObservation,
  candidate: AnsweredObservation,
  rules: CompareRules,
  findings: Findings,
): boolean {
  const [ours, theirs] = [judgedFields(primary.headers), judgedFields(candidate.headers)];
  const isSame = primary.status === candidate.status && areSameFields(ours, theirs);
  if (isSame && areSameBodies(primary.body, candidate.body)) return true;

  const place = compileRules(rules);
  if (primary.status !== candidate.status)
    findings.add("status", place.below("status"), "status", `${primary.status}`, `${candidate.status}`);
  compareHeaders(ours, theirs, rules.ignoredHeaders, place.below("header"), findings);
  if (!rules.ignoredHeaders.includes("set-cookie")) {
    const [set, other] = [ours.get("set-cookie") ?? [], theirs.get("set-cookie") ?? []];
    compareCookies(set, other, place.below("cookie"), findings);
  }
  compareBodies(
    { body: primary.body, fields: ours },
    { body: candidate.body, fields: theirs },
    { rules, place: place.below("body"), findings, work: new Work() },
  );
  return false;
}

function reasonOf(thrown: unknown): InconclusiveReason | null {
  if (thrown instanceof Enough) return null;
  if (thrown instanceof Undecided) return thrown.reason;
  // The stack or the memory ran out in spite of all bounds.
  return thrown instanceof RangeError ? "too-complex" : "rule-failed";
}

/** A difference that was found stays one, even where the rest could not be judged; then more of them may be unlisted. */
function concluded(findings: Findings, reason: InconclusiveReason | null): Comparison {
  const { differences, ignored } = findings;
  const isCertain = differences.length > 0 && reason !== "rule-failed";
  const truncated = findings.isTruncated || (isCertain && reason !== null);
  const listed = { identical: false, differences, ignored, truncated };
  if (isCertain) return { verdict: "mismatch", ...listed, reason: null };
  if (reason !== null) return { verdict: "inconclusive", ...listed, reason };
  return { verdict: ignored.length > 0 ? "ignored" : "match", ...listed, reason: null };
}
