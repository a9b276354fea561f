import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handler as catalogueFeed } from "../../lambdas/catalogue-feed/handler.ts";
import { handler as getFile } from "../../lambdas/get-file/handler.ts";
import { handler as getOrder } from "../../lambdas/get-order/handler.ts";
import { handler as getProduct } from "../../lambdas/get-product/handler.ts";
import { handler as listCustomers } from "../../lambdas/list-customers/handler.ts";
import { handler as productImage } from "../../lambdas/product-image/handler.ts";
import { handler as searchCatalogue } from "../../lambdas/search-catalogue/handler.ts";
import { ask, type Answered } from "../legacy-mock/ask.ts";
import { runningShop } from "../legacy-mock/running-shop.ts";
import { installAwslambda, streamed } from "../support/awslambda-global.ts";
import { comparable } from "./comparable.ts";
import { answerOf, CONTEXT, eventOf, type FunctionHandler } from "./invoke.ts";

type Case = readonly [line: string, headers?: Record<string, string>];

let shop: Awaited<ReturnType<typeof runningShop>>;
let etag = "";
let lastModified = "";

beforeAll(async () => {
  shop = await runningShop();
  process.env["SHOP_DB"] = shop.databaseFile;
  const product = await ask(shop.url, "GET /api/products/SKU-1001");
  etag = product.headers.etag ?? "";
  lastModified = product.headers["last-modified"] ?? "";
});
afterAll(() => shop.close());

/** Runs each case on both sides. Every status these bring must be among `statuses`, and all of those must come. */
function sameAnswers(
  name: string,
  handler: FunctionHandler,
  statuses: readonly number[],
  cases: () => readonly Case[],
) {
  it(`${name} answers as the monolith does`, async () => {
    const seen = new Set<number>();
    for (const [line, headers = {}] of cases()) {
      const legacy: Answered = await ask(shop.url, line, { headers });
      const lambda = answerOf(await handler(eventOf(line, { headers }), CONTEXT));
      expect({ line, sent: headers, ...comparable(lambda) }).toEqual({
        line,
        sent: headers,
        ...comparable(legacy),
      });
      seen.add(legacy.status);
    }
    expect([...seen].toSorted((a, b) => a - b)).toEqual(statuses);
  });
}

describe("a function that reads", () => {
  sameAnswers("get-order", getOrder, [200, 400, 404], () => [
    ...Array.from({ length: 100 }, (_, index) => [`GET /api/orders/${1001 + index}`] as const),
    ["GET /api/orders/1"],
    ["GET /api/orders/none"],
    ["GET /api/orders/%C3%A4%2F"],
    ["GET /api/orders/%zz"],
  ]);

  sameAnswers("get-product", getProduct, [200, 304, 404], () => [
    ["GET /api/products/SKU-1001"],
    ["GET /api/products/SKU-1012"],
    ["GET /api/products/nothing"],
    ["GET /api/products/SKU-1001", { "if-none-match": etag }],
    ["GET /api/products/SKU-1001", { "if-none-match": `"other", W/${etag}` }],
    ["GET /api/products/SKU-1001", { "if-none-match": '"other"' }],
    ["GET /api/products/SKU-1001", { "if-none-match": "*" }],
    ["GET /api/products/SKU-1001", { "if-none-match": etag, "cache-control": "no-cache" }],
    ["GET /api/products/SKU-1001", { "if-modified-since": lastModified }],
    ["GET /api/products/SKU-1001", { "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT" }],
    ["GET /api/products/SKU-1001", { "if-modified-since": "no date" }],
    ["GET /api/products/SKU-1001", { "if-none-match": '"other"', "if-modified-since": lastModified }],
  ]);

  sameAnswers("search-catalogue", searchCatalogue, [200, 400], () => [
    ["GET /api/products"],
    ["GET /api/products?page=2&perPage=7"],
    ["GET /api/products?page=99"],
    ["GET /api/products?q=OAK"],
    ["GET /api/products?q=Gr%C3%B6%C3%9Fe"],
    ["GET /api/products?q=cr%C3%A8me+bowl&x=%20+"],
    ["GET /api/products?q=100%25_"],
    ["GET /api/products?q=a&q=b"],
    ["GET /api/products?category=kitchen&min=10&max=99.5&sort=-price"],
    ["GET /api/products?sort=price&perPage=100"],
    ["GET /api/products?sort=colour"],
    ["GET /api/products?min=cheap"],
    ["GET /api/products?page=0"],
    ["GET /api/products?perPage=1000"],
    ["GET /api/products?page="],
  ]);

  sameAnswers("list-customers", listCustomers, [200, 400], () => [
    ["GET /api/customers"],
    ["GET /api/customers?page=3&perPage=50"],
    ["GET /api/customers?page=10&perPage=20"],
    ["GET /api/customers?page=-1"],
  ]);

  sameAnswers("product-image", productImage, [200, 206, 404, 416], () => [
    ["GET /api/products/SKU-1001/image"],
    ["GET /api/products/none/image"],
    ...[
      "bytes=0-9",
      "bytes=10-",
      "bytes=-5",
      "bytes=-99999",
      "bytes=-0",
      "bytes=0-99999",
      "bytes=99999-",
      "bytes=9-2",
      "bytes=0-1,5-6",
      "bytes=-",
      "lines=0-1",
    ].map((range) => ["GET /api/products/SKU-1001/image", { range }] as const),
  ]);

  sameAnswers("catalogue-feed", catalogueFeed, [200], () =>
    [
      undefined,
      "gzip",
      "br, gzip;q=0.5",
      "gzip;q=0",
      "*",
      "*;q=0",
      "identity",
      "GZIP",
      "",
      "br",
      "gzip;q=0, *",
    ].map((value) =>
      value === undefined
        ? ["GET /api/catalogue/feed"]
        : ["GET /api/catalogue/feed", { "accept-encoding": value }],
    ),
  );

  it("get-file answers as the monolith does for a type the monolith was told", async () => {
    await ask(shop.url, "PUT /api/files/odd", { headers: { "content-type": "text/x-odd" }, body: "odd" });
    const legacy = await ask(shop.url, "GET /api/files/odd");
    expect(comparable(answerOf(await getFile(eventOf("GET /api/files/odd"))))).toEqual(comparable(legacy));
  });

  sameAnswers("get-file", getFile, [200, 400, 404], () => [
    ["GET /api/files/terms.txt"],
    ["GET /api/files/price%20list%202026.csv"],
    ["GET /api/files/manuals%2Fchair.txt"],
    ["GET /api/files/manuals%2fchair.txt"],
    ["GET /api/files/100%25.txt"],
    ["GET /api/files/50%252Foff.txt"],
    ["GET /api/files/50%2Foff.txt"],
    ["GET /api/files/what%3F.txt"],
    ["GET /api/files/what?.txt"],
    ["GET /api/files/a+b;c,d&e=f.txt"],
    ["GET /api/files/a%2Bb%3Bc%2Cd%26e%3Df.txt"],
    ["GET /api/files/gr%C3%B6%C3%9Fen%20%E2%98%95.json"],
    ["GET /api/files/logo.bin"],
    ["GET /api/files/%zz"],
    ["GET /api/files/%C3"],
  ]);

  it("export-orders streams the monolith's CSV in more than one chunk", async () => {
    installAwslambda();
    const { handler } = await import("../../lambdas/export-orders/handler.ts");
    for (const line of ["GET /api/exports/orders.csv", "GET /api/exports/orders.csv?status=paid"]) {
      const legacy = await ask(shop.url, line);
      const { contentType, metadata, chunks } = await streamed(handler, eventOf(line), CONTEXT);
      expect(contentType).toBe("application/vnd.awslambda.http-integration-response");
      expect(chunks.length).toBeGreaterThan(2);
      const body = Buffer.concat(chunks).toString("base64");
      const lambda = answerOf({ ...metadata, body, isBase64Encoded: true });
      expect(comparable(lambda)).toEqual(comparable(legacy));
    }
  });
});

describe("a product's picture", () => {
  it("is not damaged on its way through base64", async () => {
    const legacy = await ask(shop.url, "GET /api/products/SKU-1002/image");
    const lambda = answerOf(await productImage(eventOf("GET /api/products/SKU-1002/image")));
    const digest = (body: Buffer) => createHash("sha256").update(body).digest("hex");
    expect(legacy.body.subarray(1, 4).toString()).toBe("PNG");
    expect(digest(lambda.body)).toBe(digest(legacy.body));
  });
});
