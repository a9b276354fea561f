import { describe, expect, it } from "vitest";
import { STAGES } from "../../../gateway/routes/route.ts";
import {
  functionTimeoutMs,
  legacyMayAnswer,
  type Attempted,
  type Outcome,
} from "../../../gateway/upstreams/fallback.ts";

const attempted = (method: string, more: Partial<Attempted> = {}): Attempted => ({
  method,
  stage: "canary",
  replayable: true,
  route: { repeatable: false, replaceServerErrors: true },
  ...more,
});
const repeatable = { route: { repeatable: true, replaceServerErrors: true } };

describe("the fallback table", () => {
  it.each<[Outcome, boolean, boolean, boolean]>([
    // outcome         safe  repeatable write
    ["not-started", true, true, true],
    ["unknown", true, true, false],
    ["started", true, false, false],
    ["answered-5xx", true, false, false],
  ])("after %s: safe %s, repeatable write %s, write %s", (outcome, safe, declared, write) => {
    expect(legacyMayAnswer(outcome, attempted("GET"))).toBe(safe);
    expect(legacyMayAnswer(outcome, attempted("POST", repeatable))).toBe(declared);
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      expect(legacyMayAnswer(outcome, attempted(method))).toBe(write);
    }
  });

  it("never goes back to a monolith that has let go of the route", () => {
    for (const outcome of ["not-started", "unknown", "started", "answered-5xx"] as const) {
      expect(legacyMayAnswer(outcome, attempted("GET", { stage: "retired" }))).toBe(false);
    }
  });

  it("never sends half a body", () => {
    for (const stage of STAGES) {
      expect(legacyMayAnswer("not-started", attempted("POST", { stage, replayable: false }))).toBe(false);
    }
  });

  it("shows a route's own 5xx when its owner wants to see them", () => {
    const route = { repeatable: false, replaceServerErrors: false };
    expect(legacyMayAnswer("answered-5xx", attempted("GET", { route }))).toBe(false);
    expect(legacyMayAnswer("started", attempted("GET", { route }))).toBe(true);
  });

  it("keeps time for legacy exactly where legacy may still be asked after a timeout", () => {
    expect(functionTimeoutMs(1_000, attempted("GET"))).toBeLessThan(1_000);
    expect(functionTimeoutMs(1_000, attempted("POST"))).toBe(1_000);
    expect(functionTimeoutMs(1_000, attempted("GET", { stage: "retired" }))).toBe(1_000);
  });
});
