import { describe, expect, it } from "vitest";
import { assess } from "../../../gateway/evidence/assess.ts";
import { rejudge } from "../../../gateway/judge/rejudge.ts";
import { SYNTHETIC_ROUTES } from "../../support/synthetic-routes.ts";
import { gathered, NOW } from "./gather.ts";

const synthetic = (name: string) => SYNTHETIC_ROUTES.find((route) => route.name === name)!;

describe("may it be cut over", () => {
  it.each(SYNTHETIC_ROUTES)("$name: $expected.verdict", { timeout: 60_000 }, async (route) => {
    const { facts } = await gathered(route);
    const { verdict, checks } = assess(facts, NOW);
    const { because } = route.expected;
    expect(verdict).toBe(route.expected.verdict);
    const open = checks.filter((check) => check.verdict !== "yes");
    const reason = open.find(({ name }) => name === because?.check);
    expect(reason?.verdict).toBe(because === null ? undefined : verdict);
    expect(reason?.says ?? "").toMatch(because?.says ?? /^$/);
    expect(open.length > 0).toBe(because !== null);
    // Who has not arrived is told the way.
    expect(open.filter(({ next }) => next === null)).toEqual([]);
  });

  it(
    "takes new rules without waiting for traffic, where samples were kept",
    { timeout: 60_000 },
    async () => {
      const route = synthetic("rules-changed");
      const { facts, samples } = await gathered(route);
      const rejudged = facts.evidence.map((old) => rejudge(samples, old, route.rulesNow, NOW));
      const assessment = assess({ ...facts, rejudged }, NOW);
      expect(assessment).toMatchObject({ verdict: "yes", pairs: 12_000, rejudged: 12_000 });
      expect(assessment.checks[0]!.says).toMatch(/12,000 pairs of earlier rules compared again/);
    },
  );
});
