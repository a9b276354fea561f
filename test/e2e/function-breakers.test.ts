import { describe, expect, it } from "vitest";
import { busy, failed, told } from "../support/problem.ts";
import { startStack } from "../support/stack.ts";

describe("the breaker of a failing function", () => {
  it("opens, keeps clients on legacy, probes, and closes when the function is back", async () => {
    const breaking = await startStack(`
  probe:
    match: { path: "/api/echo/{rest*}" }
    function: { lambda: probe }
    stage: cutover
    breaker: { minimumCalls: 4, errorPercent: 50, window: 30s, open: 700ms }`);
    try {
      const get = (probe: string) => fetch(`${breaking.url}/api/echo/b`, { headers: { "x-probe": probe } });
      const invoked = () => breaking.functions.invocations("probe")["probe"]!.count;
      for (let i = 0; i < 10; i++) expect((await get("throw")).status).toBe(200);
      expect(invoked()).toBe(4);
      await expect.poll(() => breaking.finished.length).toBe(10);
      expect(breaking.finished.slice(4).map((f) => f.fallbackFrom)).toEqual(Array(6).fill("breaker-open"));

      // Still failing: one probe, then open again.
      await expect
        .poll(async () => ((await get("throw")).status, invoked()), { interval: 50, timeout: 10_000 })
        .toBe(5);
      expect((await get("throw")).status).toBe(200);
      expect(invoked()).toBe(5);

      // Back: a probe closes it, and the function answers.
      await expect
        .poll(async () => ((await get("ok")).status, breaking.finished.at(-1)?.answeredBy), {
          interval: 50,
          timeout: 10_000,
        })
        .toBe("function");
      for (let i = 0; i < 5; i++) expect((await get("ok")).status).toBe(200);
      await expect
        .poll(() => breaking.finished.slice(-5).every((f) => f.answeredBy === "function"))
        .toBe(true);
    } finally {
      await breaking.close();
    }
  });

  it("keeps writes on legacy too, and once legacy has let go of the route, tells when to come back", async () => {
    const open = "breaker: { minimumCalls: 1, errorPercent: 50, window: 30s, open: 60s }";
    const breaking = await startStack(`
  cutover: { match: { path: /api/echo/cutover }, function: { lambda: probe }, stage: cutover, ${open} }
  retired: { match: { path: /api/echo/retired }, function: { lambda: probe }, stage: retired, ${open} }`);
    try {
      const send = (method: string, where: string, probe = "ok") =>
        fetch(`${breaking.url}/api/echo/${where}`, { method, headers: { "x-probe": probe } });
      expect(await told(await send("POST", "cutover", "throw"))).toEqual(failed);
      expect(await told(await send("POST", "retired", "throw"))).toEqual(failed);
      const invoked = () => breaking.functions.invocations("probe")["probe"]!.count;
      expect(invoked()).toBe(2);

      expect(await (await send("POST", "cutover")).json()).toMatchObject({ method: "POST" });
      expect(await (await send("GET", "cutover")).json()).toMatchObject({ method: "GET" });
      await expect
        .poll(() => breaking.finished.slice(2).map((f) => f.fallbackFrom))
        .toEqual(["breaker-open", "breaker-open"]);
      expect(await told(await send("POST", "retired"))).toEqual(busy);
      expect(await told(await send("GET", "retired"))).toEqual(busy);
      expect(invoked()).toBe(2);
      expect(breaking.legacy.journal().map(({ side }) => side)).toEqual(["function", "function", "legacy"]);
    } finally {
      await breaking.close();
    }
  });
});
