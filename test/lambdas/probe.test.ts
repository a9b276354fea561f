import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handler } from "../../lambdas/probe/handler.ts";
import { runningShop } from "../legacy-mock/running-shop.ts";
import { CONTEXT, eventOf } from "./invoke.ts";

let shop: Awaited<ReturnType<typeof runningShop>>;
beforeAll(async () => {
  shop = await runningShop();
  process.env["SHOP_DB"] = shop.databaseFile;
});
afterAll(() => shop.close());

const probe = (headers: Record<string, string>, target = "/api/echo/x") =>
  handler(eventOf(`POST ${target}`, { headers }), CONTEXT);

describe("the probe", () => {
  it("is told by header or query what to answer", async () => {
    expect(await probe({ "x-probe": "status", "x-probe-n": "500" })).toMatchObject({ statusCode: 500 });
    expect(await probe({}, "/api/echo/x?probe=big&n=1000")).toHaveProperty("body.length", 1_000);
    expect(await probe({ "x-probe": "undefined" })).toBeUndefined();
    expect(await probe({ "x-probe": "bigint" })).toBe(1n);
    expect(await probe({ "x-probe": "hang", "x-probe-n": "1" })).toMatchObject({ statusCode: 200 });
    await expect(probe({ "x-probe": "throw" })).rejects.toThrow("because the request said so");
  });

  it("shows the event it was given when nothing is asked of it", async () => {
    expect(await probe({})).toHaveProperty("body", expect.stringContaining('"rawPath":"/api/echo/x"'));
  });

  it("names what it can do when asked for something else", async () => {
    expect(await probe({ "x-probe": "dance" })).toMatchObject({ statusCode: 400 });
  });

  it("is in the journal once for every invocation, also for those that fail", async () => {
    const before = shop.journal().length;
    await probe({ "idempotency-key": "once" });
    await expect(probe({ "x-probe": "throw" })).rejects.toThrow("because the request said so");
    expect(shop.journal().slice(before)).toMatchObject([
      { side: "function", operation: "probe", key: "once" },
      { side: "function", operation: "probe", key: "/api/echo/x" },
    ]);
  });
});
