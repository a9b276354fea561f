import { describe, expect, it } from "vitest";
import { gatesOf } from "../../../gateway/config/gate-schema.ts";
import { configOf, fileWith, problemsOf } from "./load-text.ts";

const file = (gate: string, defaults = "") =>
  `${fileWith(`a:\n  match: { path: /a }\n  function: { lambda: f }\n  gate: ${gate}\n`)}${defaults}`;
const gateOf = (gate: string, defaults = "") => configOf(file(gate, defaults)).routes[0]!.gate;

describe("what has to be shown", () => {
  it("is little for a canary, more for all clients, and no less for good", () => {
    const { canary, cutover, retired } = gatesOf(undefined, undefined);
    expect([canary, cutover, retired].map(({ maxMismatchRate }) => maxMismatchRate)).toEqual([
      0.01, 0.001, 0.001,
    ]);
    expect(canary.breakerClosedForMs).toBeLessThan(cutover.breakerClosedForMs);
    expect(cutover.breakerClosedForMs).toBeLessThan(retired.breakerClosedForMs);
  });

  it("is what the route says, else what the file says, else the stage's own, field by field", () => {
    const { canary, cutover } = gateOf(
      "{ mismatches: 0.5, maxAge: 2h }",
      "defaults: { gate: { mismatches: 3, confidence: 99, latency: { factor: 2, slack: 10ms } } }",
    );
    const said = {
      maxMismatchRate: 0.005,
      maxAgeMs: 7_200_000,
      confidence: 0.99,
      latency: { factor: 2, slackMs: 10 },
    };
    expect(canary).toMatchObject({ ...said, maxErrorExcess: 0.01 });
    expect(cutover).toMatchObject({ ...said, maxErrorExcess: 0.002 });
  });

  it("may leave latency out, on the route alone, too", () => {
    expect(
      gateOf("{ latency: null }", "defaults: { gate: { latency: { factor: 2, slack: 10ms } } }").cutover
        .latency,
    ).toBeNull();
  });

  it.each([
    ["{ mismatches: 0 }", "routes.a.gate.mismatches"],
    ["{ mismatches: 101 }", "routes.a.gate.mismatches"],
    ["{ confidence: 100 }", "routes.a.gate.confidence"],
    ["{ latency: { factor: 0.5, slack: 1ms } }", "routes.a.gate.latency.factor"],
    ["{ pairs: 0 }", "routes.a.gate.pairs"],
    ["{ mismatch: 1 }", "routes.a.gate.mismatch"],
  ])("is refused when it cannot be: %s", (gate, at) => {
    expect(problemsOf(file(gate)).map((problem) => problem.at)).toEqual([at]);
  });
});

describe("legacy's build", () => {
  it("is named by a field of its answers, in whatever case", () => {
    const text = `${fileWith("")}evidence: { legacyBuildHeader: X-Build }`;
    expect(configOf(text.replace("routes:\n  \n", "")).evidence.legacyBuildHeader).toBe("x-build");
    expect(
      configOf(fileWith("a: { match: { path: /a }, function: { lambda: f } }")).evidence.legacyBuildHeader,
    ).toBeNull();
  });
});
