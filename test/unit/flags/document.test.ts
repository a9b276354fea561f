import { describe, expect, it } from "vitest";
import { parseFlags } from "../../../gateway/flags/document.ts";

function problemsOf(text: string): readonly string[] {
  const parsed = parseFlags(text);
  if (parsed.ok) throw new Error("it was accepted");
  return parsed.problems;
}
const withRoutes = (routes: string) => `version: 1\nroutes: ${routes}`;

const GOOD = `
# the fleet's flags
version: 12
by: ann
reason: evidence is in
at: 2027-01-31T12:00:00Z
kill: false
routes:
  get-order: { stage: canary, percent: 12.345, by: ann, reason: go, at: "2027-01-31T12:00:00.000+01:00" }
  put-order:
    stage: retired
`;

describe("parseFlags", () => {
  it("reads a document into a snapshot", () => {
    expect(parseFlags(GOOD)).toMatchObject({
      ok: true,
      document: { version: 12, by: "ann", routes: { "get-order": { by: "ann", reason: "go" } } },
      snapshot: {
        version: "12",
        killed: false,
        routes: new Map([
          ["get-order", { stage: "canary", percent: 12.345 }],
          ["put-order", { stage: "retired", percent: 0 }],
        ]),
      },
    });
  });

  it("reads JSON, and takes neither kill nor routes for granted", () => {
    expect(parseFlags('{"version":0}')).toMatchObject({
      ok: true,
      snapshot: { version: "0", killed: false, routes: new Map() },
    });
    expect(parseFlags('{"version":3,"kill":true,"routes":{}}')).toMatchObject({ snapshot: { killed: true } });
  });

  it("says everything that is wrong at once, each with its place and what to do", () => {
    const text = [
      "version: -1",
      "kill: maybe",
      "routes:",
      "  a: { stage: canry }",
      "  b: { stage: canary }",
      "  c: { stage: shadow, percent: 5 }",
      "  d: { stage: canary, percent: 0.0005 }",
      "  e: { stage: canary, percent: 101 }",
      "  -x: { stage: legacy }",
      "  g: { stage: legacy, at: yesterday }",
    ].join("\n");
    expect(problemsOf(text)).toEqual([
      "1:10: version: must not be negative",
      "2:7: kill: must be true or false",
      "4:15: routes.a.stage: must name a stage: legacy, shadow, canary, cutover, retired",
      "5:6: routes.b.percent: must be a number: the share of clients, 0–100, that the function answers",
      "6:6: routes.c has unknown keys: percent (percent belongs to stage canary); remove them",
      "7:32: routes.d.percent: must be a multiple of 0.001",
      "8:32: routes.e.percent: must be 0–100",
      "9:7: routes.-x: a route's id must start with a letter",
      "10:27: routes.g.at: is no ISO 8601 time, such as 2027-01-31T12:00:00Z",
    ]);
  });

  it.each([
    ["nothing", "", /the document: must hold version/],
    ["only a comment", "# nothing yet", /must hold version/],
    ["a list", "[1]", /must hold version/],
    ["no version", "kill: true", /version: must be an integer/],
    ["a fraction of a version", "version: 1.5", /version: must be an integer/],
    ["an unknown key", "version: 1\nkil: true", /unknown keys: kil/],
    ["an empty list of routes", "version: 1\nroutes:", /^2:8: routes: must map/],
    ["a route without a body", withRoutes("{ a: }"), /routes\.a/],
    [
      "a percentage as text",
      withRoutes('{ a: { stage: canary, percent: "5" } }'),
      /percent: must be a number/,
    ],
    ["a percentage that is no number", withRoutes("{ a: { stage: canary, percent: .nan } }"), /percent/],
    ["a negative percentage", withRoutes("{ a: { stage: canary, percent: -1 } }"), /percent: must be 0–100/],
    ["a route twice", withRoutes("{ a: { stage: legacy }, a: { stage: cutover } }"), /unique/],
    ["two documents", "version: 1\n---\nversion: 2", /multiple documents/],
    ["broken YAML", "version: 1\nroutes: {", /^2:/],
    ["a tag", "version: !js 1", /tag/i],
    ["an alias", "version: &one 1\nby: *one", /aliases/],
    ["more bytes than allowed", `version: 1 # ${"x".repeat(256 * 1024)}`, /256 KiB/],
    ["deep nesting", withRoutes("[".repeat(100_000)), /nested too deeply/],
  ])("rejects %s", (_what, text, words) => {
    expect(problemsOf(text).join("\n")).toMatch(words);
  });

  it("says no more than a person reads", () => {
    const routes = Array.from({ length: 100 }, (_, n) => `r${n}: {}`).join(", ");
    const problems = problemsOf(withRoutes(`{ ${routes} }`));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toMatch(/80 more/);
  });

  it("takes every percentage in steps of 0.001", () => {
    for (let step = 0; step <= 100_000; step += 997) {
      const parsed = parseFlags(
        JSON.stringify({ version: 1, routes: { a: { stage: "canary", percent: step / 1000 } } }),
      );
      expect(parsed.ok).toBe(true);
    }
  });
});
