import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handler } from "../../lambdas/probe/handler.ts";
import { runningShop } from "../legacy-mock/running-shop.ts";
import { installAwslambda, streamed } from "../support/awslambda-global.ts";
import { CONTEXT, eventOf } from "./invoke.ts";

installAwslambda();
const streaming = await import("../../lambdas/probe/streaming/handler.ts");

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
    expect(await probe({ "x-probe": "json", "x-probe-json": '{"statusCode":99}' })).toEqual({
      statusCode: 99,
    });
    await expect(probe({ "x-probe": "throw" })).rejects.toThrow("because the request said so");
    expect(() => probe({ "x-probe": "throw-at-once" })).toThrow("because the request said so");
  });

  it.each([
    ["bigint-within", "BigInt"],
    ["circular", "circular structure"],
    ["unprintable", "because the request said so"],
  ])("returns what cannot be written: %s", async (name, why) => {
    const answer = await probe({ "x-probe": name });
    expect(() => JSON.stringify(answer)).toThrow(why);
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

describe("the probe that streams", () => {
  const stream = (headers: Record<string, string>) =>
    streamed(streaming.handler, eventOf("POST /api/echo/x", { headers }), CONTEXT);

  it("answers, or fails before or after the first bytes, as it is told, and is in the journal either way", async () => {
    const before = shop.journal().length;
    const { metadata, chunks } = await stream({ "idempotency-key": "streamed" });
    expect([metadata["statusCode"], Buffer.concat(chunks).toString()]).toEqual([200, "all of it"]);
    await expect(stream({ "x-probe": "throw" })).rejects.toThrow("because the request said so");
    await expect(stream({ "x-probe": "late-throw" })).rejects.toThrow("because the request said so");
    await expect(stream({ "x-probe": "dance" })).rejects.toThrow("No such probe. There are: ok, throw, ");
    const keys = shop
      .journal()
      .slice(before)
      .map(({ key }) => key);
    expect(keys).toEqual(["streamed", "/api/echo/x", "/api/echo/x", "/api/echo/x"]);
  });

  it("writes by hand what no library would", async () => {
    const headers = { "x-probe": "by-hand", "x-probe-text": "{\\0" };
    await expect(stream(headers)).rejects.toThrow("there is no prelude");
  });
});
