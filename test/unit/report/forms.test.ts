import { expect, it, describe } from "vitest";
import { FORMS } from "../../../gateway/report/forms.ts";
import { reportOf } from "../../../gateway/report/report-of.ts";
import { plainAssess } from "../../support/report-assess.ts";
import { reportFacts, routeFacts } from "../../support/report-facts.ts";
import { commandsIn, junitProblems, schemaProblems } from "../../support/report-readers.ts";

const report = reportOf(reportFacts(), plainAssess);
const empty = reportOf(reportFacts({ routes: [], left: {} }), plainAssess);
const names = Object.keys(FORMS) as (keyof typeof FORMS)[];

describe("every form", () => {
  it.each(names)("%s: equal reports give equal bytes, in whatever order their routes came", (name) => {
    const facts = reportFacts();
    const turned = reportOf({ ...facts, routes: facts.routes.toReversed() }, plainAssess);
    expect(FORMS[name](turned)).toBe(FORMS[name](report));
  });

  it.each(names.filter((name) => name !== "github" && name !== "gitlab" && name !== "sarif"))(
    "%s: names every route, whatever its verdict",
    (name) => {
      for (const { route } of report.routes) expect(FORMS[name](report)).toContain(route);
    },
  );
});

describe("junit", () => {
  it("is what Jenkins reads", async () => {
    expect(await junitProblems([FORMS.junit(report), FORMS.junit(empty)])).toEqual([]);
  });

  it("fails for no, skips for unknown, and errs where nobody was reached", () => {
    const xml = FORMS.junit(report);
    expect(xml).toContain('tests="9" failures="1" errors="1" skipped="1"');
    expect(xml).toMatch(/classname="banyan.orders.ndjson.get-order" name="mismatches" time="0"><failure/);
    expect(xml).toMatch(/classname="banyan.orders.ndjson.list-orders" name="pairs" time="0"><error/);
    expect(xml).toMatch(
      /classname="banyan.orders.ndjson.list-orders" name="mismatches" time="0"><skipped>0 of 96/,
    );
  });

  it("says in the body what a failure is about", () => {
    const body = /<failure [^>]*>([^<]*)</.exec(FORMS.junit(report))?.[1];
    expect(body).toContain("GET /api/get-order/{id}, canary 25 % → cutover");
    expect(body).toContain(
      "body/total value in 9 pairs (only the candidate differs): 129.90 → 129.9000000001",
    );
    expect(body).not.toContain("header/etag");
  });
});

describe("sarif", () => {
  it("is SARIF 2.1.0", () => {
    expect(schemaProblems("sarif", FORMS.sarif(report))).toEqual([]);
    expect(schemaProblems("sarif", FORMS.sarif(empty))).toEqual([]);
  });

  it("points at a route's line, and at the file where the line is unknown", () => {
    const { results } = logOf(FORMS.sarif(report)).runs[0]!;
    expect(results[0]!.locations[0]!.physicalLocation).toEqual({
      artifactLocation: { uri: "routes.yaml" },
      region: { startLine: 12 },
    });
    const lost = reportOf(
      reportFacts({ routes: report.routes.map((route) => ({ ...route, line: null })) }),
      plainAssess,
    );
    const [result] = logOf(FORMS.sarif(lost)).runs[0]!.results;
    expect(result!.locations[0]!.physicalLocation).toEqual({ artifactLocation: { uri: "routes.yaml" } });
  });
});

describe("gitlab", () => {
  it("is a code quality report", () => {
    expect(schemaProblems("gitlab", FORMS.gitlab(report))).toEqual([]);
    expect(FORMS.gitlab(empty)).toBe("[]\n");
  });
});

it("fingerprints stay when lines move and counts grow, and no two issues share one", () => {
  const grown = reportOf(
    reportFacts({
      routes: reportFacts().routes.map((route) => ({
        ...route,
        line: 99,
        evidence: route.evidence.flatMap((summary) => [summary, summary]),
      })),
    }),
    plainAssess,
  );
  const prints = fingerprints(FORMS.gitlab(report));
  // Two summaries of one key: list-orders still has too few pairs.
  expect(fingerprints(FORMS.gitlab(grown))).toEqual(prints);
  expect(new Set(prints).size).toBe(prints.length);
  expect(FORMS.gitlab(grown)).not.toBe(FORMS.gitlab(report));
  const ofSarif = logOf(FORMS.sarif(report)).runs[0]!.results.map(
    (one) => one.partialFingerprints["banyan/v1"],
  );
  expect(ofSarif).toEqual(prints);
});

describe("github", () => {
  it("annotates the lines of routes that may not move up, worst first", () => {
    const [first, second, ...others] = commandsIn(FORMS.github(report));
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      name: "error",
      properties: { file: "routes.yaml", line: "12", title: "NO: get-order, canary 25 % → cutover" },
    });
    expect(first!.text.split("\n")).toEqual([
      "✗ mismatches: 9 of 12480 → true rate at most 0.16 % at 95 %; 0.10 % is allowed",
      "· body/total: value in 9 pairs",
      "· body/lines/*/note: missing in 4 pairs",
      "next: banyan diffs get-order",
    ]);
    expect(second).toMatchObject({ name: "warning", properties: { line: "22" } });
  });

  it.each([
    [10, 10, /^\? pairs: 0 pairs/],
    [11, 10, /^2 more routes may not move up$/],
    [250, 10, /^241 more routes may not move up$/],
  ])("of %i routes makes %i annotations", (routes, annotations, last) => {
    const many = Array.from({ length: routes }, (_, n) => routeFacts(`r${n}`, { evidence: [] }));
    const commands = commandsIn(FORMS.github(reportOf(reportFacts({ routes: many }), plainAssess)));
    expect(commands).toHaveLength(annotations);
    expect(commands.at(-1)!.text).toMatch(last);
  });

  it("says nothing where nothing is wrong", () => {
    expect(FORMS.github(empty)).toBe("");
  });
});

describe("markdown", () => {
  it("begins with the verdict", () => {
    expect(FORMS.markdown(report).split("\n", 1)[0]).toBe(
      "## ❌ NO: 1 of 3 routes must not move up, too little is known of 1",
    );
    expect(FORMS.markdown(empty).split("\n", 1)[0]).toBe("## ❔ UNKNOWN: no route was compared");
  });

  it.each([
    ["markdown", 60_000],
    ["summary", 900_000],
  ] as const)("%s stays within %i bytes, and counts what did not fit", (name, bytes) => {
    const many = Array.from({ length: 3_000 }, (_, n) => routeFacts(`ä${n}`, reportFacts().routes[0]));
    const named = many.map((route, n) => ({ ...route, route: `ä${n}` }));
    const text = FORMS[name](reportOf(reportFacts({ routes: named }), plainAssess));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
    expect(Buffer.byteLength(text)).toBeGreaterThan(bytes * 0.9);
    expect(text.trimEnd().split("\n").at(-1)).toMatch(/^<sub>[\d,]+ more parts did not fit/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });
});

interface Log {
  readonly runs: readonly {
    readonly results: readonly {
      readonly partialFingerprints: { readonly "banyan/v1": string };
      readonly locations: readonly { readonly physicalLocation: unknown }[];
    }[];
  }[];
}

const logOf = (text: string) => JSON.parse(text) as Log;
const fingerprints = (text: string) =>
  (JSON.parse(text) as { readonly fingerprint: string }[]).map(({ fingerprint }) => fingerprint);
