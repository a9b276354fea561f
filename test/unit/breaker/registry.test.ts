import { describe, expect, it } from "vitest";
import { alwaysClosed } from "../../../gateway/breaker/always-closed.ts";
import { breakerRegistry } from "../../../gateway/breaker/registry.ts";
import type { BreakerSettings } from "../../../gateway/routes/route.ts";
import { SETTINGS } from "../../contract/breaker.ts";

const route = (id: string, settings: Partial<BreakerSettings> = {}) => ({
  id,
  breaker: { ...SETTINGS, ...settings },
});

function registry() {
  const made: string[] = [];
  const stopped: string[] = [];
  const breakers = breakerRegistry((routeId, side, settings) => {
    const name = `${routeId} ${side} ${settings.openMs}`;
    made.push(name);
    return { state: "open", admit: () => null, stop: () => void stopped.push(name) };
  });
  return { breakers, made, stopped };
}

describe("breakerRegistry", () => {
  it("has one breaker for each route and side, made when it is first asked for", () => {
    const { breakers, made } = registry();
    breakers.reload([route("a"), route("b")]);
    expect(made).toEqual([]);
    const first = breakers.breaker(route("a"), "function");
    expect(breakers.breaker(route("a"), "function")).toBe(first);
    expect(breakers.breaker(route("a"), "legacy")).not.toBe(first);
    expect(breakers.breaker(route("b"), "function")).not.toBe(first);
    expect(made).toEqual(["a function 60000", "a legacy 60000", "b function 60000"]);
  });

  it("keeps a breaker across a reload that leaves its settings alone", () => {
    const { breakers, stopped } = registry();
    breakers.reload([route("a")]);
    const before = breakers.breaker(route("a"), "function");
    breakers.reload([route("new"), route("a")]);
    expect(breakers.breaker(route("a"), "function")).toBe(before);
    expect(stopped).toEqual([]);
  });

  it("replaces and stops a breaker whose settings have changed", () => {
    const { breakers, stopped, made } = registry();
    breakers.reload([route("a"), route("b")]);
    breakers.breaker(route("a"), "function");
    breakers.breaker(route("b"), "function");
    breakers.reload([route("a", { openMs: 5 }), route("b")]);
    breakers.breaker(route("a"), "function");
    expect(stopped).toEqual(["a function 60000"]);
    expect(made.at(-1)).toBe("a function 5");
  });

  it("goes by the newest settings, whatever route a request still holds", () => {
    const { breakers, made } = registry();
    breakers.reload([route("a", { openMs: 5 })]);
    breakers.breaker(route("a", { openMs: 1 }), "function");
    expect(made).toEqual(["a function 5"]);
  });

  it("stops the breakers of a route that is gone, and lets its last requests pass", () => {
    const { breakers, stopped } = registry();
    breakers.reload([route("a")]);
    breakers.breaker(route("a"), "function");
    breakers.breaker(route("a"), "legacy");
    breakers.reload([]);
    expect(stopped.toSorted()).toEqual(["a function 60000", "a legacy 60000"]);
    expect(breakers.breaker(route("a"), "function")).toBe(alwaysClosed);
  });

  it("tells the state of what was asked for", () => {
    const { breakers } = registry();
    breakers.reload([route("a"), route("b")]);
    breakers.breaker(route("b"), "function");
    expect(breakers.states()).toEqual([{ routeId: "b", side: "function", state: "open" }]);
  });

  it("stops them all", () => {
    const { breakers, stopped } = registry();
    breakers.reload([route("a"), route("b")]);
    breakers.breaker(route("a"), "function");
    breakers.breaker(route("b"), "legacy");
    breakers.stop();
    expect(stopped).toEqual(["a function 60000", "b legacy 60000"]);
    expect(breakers.states()).toEqual([]);
  });
});
