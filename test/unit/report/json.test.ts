import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { json, readReport, reportSchema } from "../../../gateway/report/json.ts";
import { reportOf } from "../../../gateway/report/report-of.ts";
import { ReportProblem } from "../../../gateway/report/report-problem.ts";
import { plainAssess } from "../../support/report-assess.ts";
import { reportFacts, routeFacts, sample } from "../../support/report-facts.ts";
import { schemaProblems } from "../../support/report-readers.ts";

const report = reportOf(reportFacts(), plainAssess);
const changed = (change: (written: Record<string, unknown>) => void) => {
  const written = JSON.parse(json(report)) as Record<string, unknown>;
  change(written);
  return JSON.stringify(written);
};

describe("the JSON form", () => {
  it("is read back as it was", () => {
    expect(readReport(json(report))).toEqual(report);
  });

  it("keeps bytes that are no text, and halves of characters", () => {
    const body = Buffer.from([0, 255, 254, 10]);
    const odd = sample("a", { id: "\ud800", request: { method: "POST", target: "/", headers: [], body } });
    const strange = reportOf(reportFacts({ routes: [routeFacts("a", { samples: [odd] })] }), plainAssess);
    const read = readReport(json(strange));
    expect(read).toEqual(strange);
    expect(read.routes[0]!.samples[0]!.request.body.equals(body)).toBe(true);
  });

  it("is as its schema has it", () => {
    expect(schemaProblems("json", json(report))).toEqual([]);
    expect(
      schemaProblems(
        "json",
        changed((written) => (written["more"] = 1)),
      ),
    ).not.toEqual([]);
  });

  it("has its schema at the top: report.schema.json is what reportSchema gives", () => {
    const file = new URL("../../../report.schema.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(reportSchema())));
  });
});

it.each([
  ["no JSON", "{", /^this is no report, as it is no JSON: /],
  ["something else", '{"a":1}', /^this is no report: it has no schemaVersion \(make one with/],
  ["a list", "[]", /^this is no report: it has no schemaVersion/],
  [
    "a later release's",
    changed((it) => (it["schemaVersion"] = 2)),
    /has schemaVersion 2, and this release reads 1/,
  ],
  [
    "one with more in it",
    changed((it) => (it["extra\u001b"] = 1)),
    /as report\.schema\.json has it: .*extra/,
  ],
  ["one with less in it", changed((it) => delete it["verdict"]), /as report\.schema\.json has it: verdict: /],
  [
    "one with the wrong thing",
    changed((it) => (it["routes"] = [1, 2, 3, 4, 5, 6, 7])),
    /routes\.0: .*; and 2 more$/,
  ],
])("refuses %s, and says why", (_, text, message) => {
  const read = () => readReport(text);
  expect(read).toThrow(ReportProblem);
  expect(read).toThrow(message);
});
