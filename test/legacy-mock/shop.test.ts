import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLegacyMock } from "../../legacy-mock/shop.ts";
import { ask, jsonOf, parsed } from "./ask.ts";
import { runningShop } from "./running-shop.ts";

let shop: Awaited<ReturnType<typeof runningShop>>;
beforeAll(async () => {
  shop = await runningShop();
});
afterAll(() => shop.close());

describe("the shop", () => {
  it("has every endpoint in its README, and no other", () => {
    const readme = readFileSync(join(import.meta.dirname, "../../legacy-mock/README.md"), "utf8");
    const rows = readme.split("\n").filter((row) => /^\| `[A-Z]+ \//.test(row));
    const listed = rows.flatMap((row) => (row.split(" | ")[0] ?? "").match(/(?<=`)[A-Z]+ [^`]+/g) ?? []);
    expect(new Set(listed)).toEqual(new Set(shop.endpoints));
    expect(listed.length).toBeGreaterThanOrEqual(25);
  });

  it("starts with the same data every time, and keeps what it has", async () => {
    const other = await runningShop();
    try {
      for (const line of [
        "GET /api/catalogue/feed",
        "GET /api/exports/orders.csv",
        "GET /api/products/SKU-1050/image",
      ])
        expect((await ask(other.url, line)).body).toEqual((await ask(shop.url, line)).body);

      await ask(other.url, "PATCH /api/customers/5", jsonOf({ city: "Bonn" }));
      const again = await startLegacyMock({ port: 0, databaseFile: other.databaseFile, quiet: true });
      expect(parsed(await ask(again.url, "GET /api/customers/5"))).toMatchObject({ city: "Bonn" });
      expect(again.journal()).toMatchObject([{ side: "legacy", operation: "update-customer", key: "5" }]);
      await again.close();
    } finally {
      await other.close();
    }
  });

  it("refuses to keep its data in memory, where no function could read it", async () => {
    const starting = startLegacyMock({ port: 0, databaseFile: ":memory:", quiet: true });
    await expect(starting).rejects.toThrow("SHOP_DB");
  });

  it("counts who was asked, by method and pattern", async () => {
    const before = shop.requests();
    await ask(shop.url, "GET /api/orders/1001");
    await ask(shop.url, "HEAD /api/orders/1002");
    await ask(shop.url, "GET /api/orders/none");
    const after = shop.requests();
    const more = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    expect([more("GET /api/orders/{id}"), more("HEAD /api/orders/{id}")]).toEqual([2, 1]);
    expect(parsed(await ask(shop.url, "GET /__mock/requests"))).toMatchObject(after);
  });

  it("tells of each write once, over HTTP as in code", async () => {
    const since = shop.journal().at(-1)?.id ?? 0;
    await ask(shop.url, "PUT /api/blob", { body: "abc" });
    await ask(shop.url, "GET /api/blob?bytes=3");
    const told = parsed(await ask(shop.url, `GET /__mock/journal?since=${since}`));
    expect(told).toMatchObject([{ side: "legacy", operation: "blob" }]);
    expect(told).toEqual(shop.journal().filter(({ id }) => id > since));
  });

  it("answers HEAD with the fields of GET and no body", async () => {
    for (const path of [
      "/api/orders/1001",
      "/api/products/SKU-1001",
      "/api/products/SKU-1001/image",
      "/api/invoices/INV-1001",
      "/api/exports/orders.csv",
      "/api/blob?bytes=5000",
      "/api/events?count=1&everyMs=0",
      "/api/catalogue/feed",
      "/old/orders/7",
    ]) {
      const [get, head] = [await ask(shop.url, `GET ${path}`), await ask(shop.url, `HEAD ${path}`)];
      expect(head.body.length).toBe(0);
      expect(head.status).toBe(get.status);
      for (const name of ["content-type", "content-length", "etag", "location", "content-disposition"])
        expect({ path, name, is: head.headers[name] }).toEqual({ path, name, is: get.headers[name] });
    }
  });

  it("refuses in JSON what it does not know or cannot read", async () => {
    for (const [line, status, code] of [
      ["GET /nowhere", 404, "not-found"],
      ["GET /api/orders/1001/", 404, "not-found"],
      ["GET /api/files/%zz", 400, "bad-request"],
      ["GET /api/status/1000", 400, "bad-status"],
      ["GET /api/reports/2026/13", 404, "no-such-month"],
      ["GET /api/invoices/1001", 404, "invoice-not-found"],
      ["POST /api/orders/1/cancel", 404, "order-not-found"],
      ["POST /api/uploads", 400, "invalid-form"],
    ] as const) {
      const answer = await ask(shop.url, line);
      expect({ line, status: answer.status }).toEqual({ line, status });
      expect(parsed(answer)).toMatchObject({ error: { code } });
    }
  });
});
