import type { GateVerdict } from "../evidence/assessment.ts";
import { count, counted } from "../evidence/wording.ts";
import type { Left, Report, ReportSource, RouteReport } from "./report.ts";
import { line, minute } from "./shown.ts";

export const VERDICT_WORDS: Readonly<Record<GateVerdict, string>> = {
  yes: "YES",
  no: "NO",
  unknown: "UNKNOWN",
};

/** What a report comes to, in one sentence. */
export function headline({ verdict, routes }: Report): string {
  if (routes.length === 0) return "no route was compared";
  const are = (wanted: GateVerdict) =>
    routes.filter(({ assessment }) => assessment.verdict === wanted).length;
  const all = counted(routes.length, "route");
  switch (verdict) {
    case "yes":
      return routes.length === 1 ? "the route may move up" : `all ${all} may move up`;
    case "unknown":
      return `too little is known of ${count(are("unknown"))} of ${all}`;
    case "no": {
      const unknown = are("unknown") === 0 ? "" : `, too little is known of ${count(are("unknown"))}`;
      return `${count(are("no"))} of ${all} must not move up${unknown}`;
    }
    default:
      return verdict satisfies never;
  }
}

/** "canary 25 % → cutover". */
export function move({ stage, percent, to }: Pick<RouteReport, "stage" | "percent" | "to">): string {
  return `${stage}${percent === null ? "" : ` ${percent} %`} → ${to}`;
}

/** "corpus orders.ndjson, 2026-11-21 08:00 UTC to 2026-11-21 14:00 UTC". */
export function sourceText({ kind, names, firstAt, lastAt }: ReportSource): string {
  const named = [
    kind === "corpus" ? "corpus" : names.length === 0 ? "live traffic" : "live traffic of",
    ...names.map((name) => line(name, 100)),
  ].join(" ");
  const span = firstAt === null || lastAt === null ? "" : `, ${minute(firstAt)} to ${minute(lastAt)}`;
  return `${line(named, 500)}${span}`;
}

/** What the evidence of a route is about: "function version 41, prod, 2026-… to …". */
export function evidenceText({ assessment }: RouteReport): string {
  const { key, pairs, rejudged, firstAt, lastAt } = assessment;
  if (key === null || firstAt === null || lastAt === null) return "nothing was compared";
  return [
    counted(pairs, "pair"),
    ...(rejudged === 0 ? [] : [`${count(rejudged)} of them compared again under the present rules`]),
    ...(key.functionVersion === "" ? [] : [`function version ${line(key.functionVersion, 80)}`]),
    ...(key.legacyBuild === "" ? [] : [`legacy build ${line(key.legacyBuild, 80)}`]),
    ...(key.environment === "" ? [] : [line(key.environment, 80)]),
    `${minute(firstAt)} to ${minute(lastAt)}`,
  ].join(", ");
}

/** Who is on the left and on the right of a route's examples: the one who answered first. */
export function sides({ evidence, assessment: { key } }: RouteReport): readonly [string, string] {
  const candidates = evidence
    .filter((summary) => key === null || summary.key.functionVersion === key.functionVersion)
    .map((summary) => summary.key.candidate);
  const isTurned = candidates.length > 0 && candidates.every((candidate) => candidate === "legacy");
  return isTurned ? ["function", "legacy"] : ["legacy", "function"];
}

/** What requests were left out, most first: "unsafe 12, no-route 3"; empty for none. */
export function leftText(left: Left): string {
  return Object.entries(left)
    .filter(([, n]) => n > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${line(reason, 100)} ${count(n)}`)
    .join(", ");
}

/** The first reason for a route's verdict, and how many more there are. */
export function why({ assessment: { verdict, checks } }: RouteReport): string {
  if (verdict === "yes") return "every check passes";
  const [first, ...others] = checks.filter((check) => check.verdict === verdict);
  return `${line(first?.says ?? "nothing was checked")}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
}
