import type { Check, GateVerdict } from "./assessment.ts";
import type { CurrentEvidence } from "./current-evidence.ts";
import type { Gate } from "./gate.ts";
import { bucketStart, quantileBounds, quantileOf } from "./quantile.ts";
import { stands } from "./sequence.ts";
import { count, counted, milliseconds } from "./wording.ts";

/** p50 and p99 of both sides, and the ratio of pairs. */
const STATEMENTS = 5;

/**
 * Whether the function is slow: at the median and at the p99 it may take `factor` times what legacy takes and `slackMs`
 * more. It is `no` where it surely takes longer than legacy's upper bound allows, `yes` where it surely keeps within what
 * legacy's lower bound allows, each quantile with its share of alpha. At the median the pairs may say yes, too: most of
 * them keep within `factor` for sure, which is free of how much requests differ from each other. Below the gate's pairs it is
 * unknown whatever was measured: the first calls of a function are cold starts, which say nothing about the others. Pairs
 * count here where both sides answered: how soon somebody fails says nothing about how slow they are.
 */
export function latencyCheck(
  evidence: CurrentEvidence,
  { latency, confidence, minPairs }: Gate,
): Check | null {
  if (latency === null) return null;
  const alpha = (1 - confidence) / STATEMENTS;
  const answered = Object.values(evidence.ratios).reduce((sum, n) => sum + n, 0);
  if (answered === 0) return nobodyAnswered(evidence);
  const at = (q: number) => quantileVerdict(evidence, q, latency, alpha);
  const tail = at(0.99);
  const typical = at(0.5);
  const middle = typical === "unknown" && areMostWithin(evidence, latency.factor, alpha) ? "yes" : typical;

  const { primaryDurations: legacy, candidateDurations: fn, ratios } = evidence;
  const [measured, legacys] = [quantileOf(fn, 0.99), quantileOf(legacy, 0.99)];
  const isEnough = answered >= minPairs;
  const says = [
    `p99 about ${milliseconds(measured)} vs legacy ${milliseconds(legacys)}`,
    `median ${milliseconds(quantileOf(fn, 0.5))} vs ${milliseconds(quantileOf(legacy, 0.5))}`,
    `${quantileOf(ratios, 0.5).toFixed(1)} times legacy in a typical pair`,
    `${latency.factor} times and ${milliseconds(latency.slackMs)} more is allowed`,
    ...(isEnough
      ? []
      : [`${counted(answered, "pair")} in which both answered, and ${count(minPairs)} are needed`]),
  ].join("; ");
  const needed = latency.factor * legacys + latency.slackMs;
  const verdict = isEnough ? worse(tail, middle) : "unknown";
  const next = {
    yes: null,
    no: "a function that answers sooner",
    unknown: isEnough
      ? "more pairs: the bounds are still too wide"
      : "more pairs: cold starts weigh too much in so few",
  };
  return { name: "latency", verdict, says, measured, needed, next: next[verdict] };
}

function nobodyAnswered({ counts }: CurrentEvidence): Check {
  const says = `unknown, because in none of ${counted(counts.compared, "pair")} both sides answered`;
  const next = "pairs in which both answer";
  return { name: "latency", verdict: "unknown", says, measured: null, needed: null, next };
}

function quantileVerdict(
  { primaryDurations, candidateDurations }: CurrentEvidence,
  q: number,
  { factor, slackMs }: NonNullable<Gate["latency"]>,
  alpha: number,
): GateVerdict {
  const [legacy, fn] = [primaryDurations, candidateDurations].map((counts) =>
    quantileBounds(counts, q, alpha),
  );
  if (fn!.low > factor * legacy!.high + slackMs) return "no";
  return fn!.high <= factor * legacy!.low + slackMs ? "yes" : "unknown";
}

/** Whether surely fewer than half of the pairs are over the factor; a bucket that it lies in counts as over it. */
function areMostWithin({ ratios }: CurrentEvidence, factor: number, alpha: number): boolean {
  let [over, pairs] = [0, 0];
  for (const [bucket, n] of Object.entries(ratios)) {
    pairs += n;
    if (bucketStart(Number(bucket) + 1) > factor) over += n;
  }
  return over < pairs / 2 && !stands(0.5, over, pairs, alpha);
}

function worse(a: GateVerdict, b: GateVerdict): GateVerdict {
  if (a === "no" || b === "no") return "no";
  return a === "unknown" || b === "unknown" ? "unknown" : "yes";
}
