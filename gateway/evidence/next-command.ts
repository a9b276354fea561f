import type { Assessable, Check, Finding, GateVerdict } from "./assessment.ts";
import { against } from "./mismatch-check.ts";

/** What to type next, by the first check that keeps the route from moving up. */
export function nextCommand(
  { route, stage, to }: Pick<Assessable, "route" | "stage" | "to">,
  verdict: GateVerdict,
  checks: readonly Check[],
  findings: readonly Finding[],
): string {
  if (verdict === "yes")
    return `banyan flip ${route} ${to}${to === "canary" ? " --percent 5" : ""} --reason "evidence says yes"`;
  const first = checks.find((check) => check.verdict === verdict)?.name;
  const finding = findings.find((one) => against(one) > 0);
  if ((first === "mismatches" || first === "fields") && finding !== undefined)
    return `banyan diffs ${route} --at ${quoted(finding.at)}`;
  if (verdict === "no") return `banyan status ${route}`;
  if (first === "coverage") return "banyan replay CORPUS";
  if (stage === "legacy") return `banyan flip ${route} shadow --reason "to compare"`;
  return `banyan can-i-cutover ${route} --to ${to} --retry-while-unknown 30`;
}

/** A place as one word of a shell; names of members are anything. */
function quoted(at: string): string {
  return /^[\w/.@-]+$/.test(at) ? at : `'${at.replaceAll("'", "'\\''")}'`;
}
