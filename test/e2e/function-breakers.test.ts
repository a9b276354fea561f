import { describe, expect, it } from "vitest";
import { status as statusContract } from "../../gateway/admin/status-contract.ts";
import { readReport } from "../../gateway/report/json.ts";
import { busy, failed, told } from "../support/problem.ts";
import { startStack } from "../support/stack.ts";

const readStatus = async (answer: Response) => statusContract.parse(await answer.json());

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

  it("is told apart from that of copies, which is a no of its own while clients' has nothing to say", async () => {
    const breaking = await startStack(`
  probe:
    match: { method: GET, path: "/api/echo/{rest*}" }
    function: { lambda: probe }
    stage: shadow
    shadow: { secondary: 0 }
    breaker: { minimumCalls: 4, errorPercent: 50, window: 30s, open: 60s }`);
    try {
      const status = async () => readStatus(await fetch(`${breaking.adminUrl}/api/status`));
      const copies = async () => {
        await (await fetch(`${breaking.url}/api/echo/b`, { headers: { "x-probe": "throw" } })).text();
        return (await status()).routes[0]!;
      };
      await expect.poll(copies, { interval: 50, timeout: 20_000 }).toMatchObject({
        breakers: { legacy: "closed", function: "closed", copies: "open" },
        traffic: { breakerOpenedAt: null, copyBreakerOpenedAt: expect.any(Number) as number },
      });
      const judged = async () => {
        const { routes } = readReport(await (await fetch(`${breaking.adminUrl}/api/report`)).text());
        return routes[0]?.assessment.checks.find(({ name }) => name === "breaker");
      };
      // A route without stored evidence is not in the report yet.
      await expect.poll(judged, { timeout: 20_000 }).toMatchObject({
        verdict: "no",
        says: expect.stringMatching(
          /^the breaker of clients has not opened in .*; that of copies is open$/,
        ) as string,
      });
    } finally {
      await breaking.close();
    }
  });
});
