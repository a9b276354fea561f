import type { Assessment, GateVerdict } from "../evidence/assessment.ts";
import { mergeFacts } from "./merge-facts.ts";
import type { Report, ReportFacts, RouteFacts } from "./report.ts";

/** Says of one route whether it may move up. Times are wall-clock milliseconds. */
export type Assess = (facts: RouteFacts, judgedAt: number) => Assessment;

/** Facts, judged. What adds up is brought into one form first, so that shards and the run in one piece give equal bytes. */
export function reportOf(facts: ReportFacts, assess: Assess): Report {
  const merged = mergeFacts([facts]);
  const routes = merged.routes.map((route) => ({ ...route, assessment: assess(route, merged.judgedAt) }));
  return { ...merged, verdict: worstOf(routes.map(({ assessment }) => assessment.verdict)), routes };
}

/** Nothing that was looked at is `unknown`: no evidence is never a yes. */
function worstOf(verdicts: readonly GateVerdict[]): GateVerdict {
  if (verdicts.includes("no")) return "no";
  return verdicts.length === 0 || verdicts.includes("unknown") ? "unknown" : "yes";
}
