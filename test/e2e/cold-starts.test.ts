import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Status } from "../../gateway/admin/status-contract.ts";
import { startStack, type Stack } from "../support/stack.ts";

/** What Lambda reports of its calls reaches `banyan status`; calls that only keep warm reach nothing. */

const routes = `
  feed:
    match: { method: GET, path: /api/catalogue/feed }
    function: { lambda: catalogue-feed }
    stage: cutover
  product:
    match: { method: GET, path: "/api/products/{sku}" }
    function: { lambda: get-product, keepWarm: { concurrency: 2, every: 1h } }
  csv:
    match: { method: GET, path: /api/exports/orders.csv }
    function: { lambda: export-orders, stream: true }
    stage: cutover`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack(routes);
});
afterAll(() => stack.close());

async function statusOf(id: string) {
  const { routes: all } = (await (await fetch(`${stack.adminUrl}/api/status`)).json()) as Status;
  return all.find((route) => route.id === id)!;
}

describe("calls of a function", () => {
  it("are told apart by their starts, and priced", async () => {
    for (let i = 0; i < 5; i++) await (await fetch(`${stack.url}/api/catalogue/feed`)).arrayBuffer();
    const { traffic, cost } = await statusOf("feed");
    expect(traffic!.invocations).toMatchObject({
      sampled: 5,
      cold: { count: 1 },
      warm: { count: 4 },
      version: "1",
    });
    const { cold, warm, meanBilledMs, memory } = traffic!.invocations;
    expect(cold.p50Ms!).toBeGreaterThan(warm.p50Ms!);
    expect(cold.startP50Ms!).toBeGreaterThan(0);
    expect(memory).toMatchObject({ sizeMb: 256 });
    // By hand: a quarter GB, 0.20 USD a million, 730 hours a month.
    const perRequest = 0.2 / 1_000_000 + (meanBilledMs! / 1000) * 0.25 * 0.0000166667;
    expect(cost!.usdPerMillionRequests).toBeCloseTo(perRequest * 1_000_000, 6);
    expect(cost!.requestsPerMinute).toBe(5);
    expect(cost!.usdPerMonth).toBeCloseTo(perRequest * 5 * 60 * 730, 6);
  });

  it("are reported when their answers stream, too", async () => {
    await (await fetch(`${stack.url}/api/exports/orders.csv`)).arrayBuffer();
    await expect
      .poll(async () => (await statusOf("csv")).traffic!.invocations)
      .toMatchObject({ sampled: 1, cold: { count: 1 } });
  });

  it("are shown to people", async () => {
    const banyan = resolve(import.meta.dirname, "../../gateway/cli/main.ts");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [banyan, "status", "feed", "--admin", stack.adminUrl],
      { env: { ...process.env, NO_COLOR: "1" } },
    );
    process.stdout.write(stdout);
    expect(stdout).toMatch(/cold starts +1 of 5 sampled/);
    expect(stdout).toMatch(/cost at 100 % +\$[\d.e-]+ a month at 5\.0 requests a minute/);
  });
});

describe("calls that keep a function warm", () => {
  it("start its environments, and are no traffic", async () => {
    await expect.poll(() => stack.functions.invocations("get-product")["get-product"]?.count).toBe(2);
    const { traffic } = await statusOf("product");
    expect(traffic).toMatchObject({
      requests: 0,
      invocations: { sampled: 0 },
      function: { answered: 0, failed: {} },
    });
    await stack.flip("product", "cutover");
    await expect.poll(async () => (await statusOf("product")).stage).toBe("cutover");
    await (await fetch(`${stack.url}/api/products/SKU-0001`)).arrayBuffer();
    expect((await statusOf("product")).traffic!.invocations).toMatchObject({
      sampled: 1,
      cold: { count: 0 },
      warm: { count: 1 },
    });
  });
});
