import { expect, it } from "vitest";
import { FAIL_ON, failsOn } from "../../../gateway/report/fails-on.ts";
import type { Report } from "../../../gateway/report/report.ts";
import { reportOf } from "../../../gateway/report/report-of.ts";
import { plainAssess } from "../../support/report-assess.ts";
import { group, reportFacts, routeFacts, summary } from "../../support/report-facts.ts";

const withGroups = (...groups: Parameters<typeof group>[0][]) =>
  reportOf(
    reportFacts({
      routes: [routeFacts("a", { evidence: [summary("a", { groups: groups.map((one) => group(one)) })] })],
    }),
    plainAssess,
  );
const noisy = (report: Report): Report => ({
  ...report,
  routes: report.routes.map((route) => ({
    ...route,
    assessment: {
      ...route.assessment,
      findings: route.assessment.findings.map((finding) => ({ ...finding, noise: "noisy" })),
    },
  })),
});

it.each<[what: string, report: Report, never: boolean, regression: boolean, diff: boolean]>([
  ["a route that must not move", reportOf(reportFacts(), plainAssess), false, true, true],
  ["no difference", withGroups(), false, false, false],
  ["a difference that the gate allows", withGroups({ pairs: 1 }), false, false, true],
  ["differences that rules excuse", withGroups({ pairs: 3, ignoredPairs: 3 }), false, false, false],
  ["differences of which rules excuse some", withGroups({ pairs: 3, ignoredPairs: 2 }), false, false, true],
  ["differences that legacy has from itself", noisy(withGroups({ pairs: 3 })), false, false, false],
  ["no evidence at all", reportOf(reportFacts({ routes: [] }), plainAssess), false, false, false],
])("%s", (_, report, ...expected) => {
  expect(FAIL_ON.map((one) => failsOn(report, one))).toEqual(expected);
});
