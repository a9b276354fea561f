import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Request } from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { CURRENCY, decimal } from "./money.ts";
import { announcePages, pageOf } from "./paging.ts";
import { shuffled } from "./random.ts";
import { pathPart, queryText } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const ProductRow = z.object({
  sku: z.string(),
  name: z.string(),
  category: z.string(),
  description: z.string(),
  priceCents: z.number(),
  stock: z.number(),
  updatedAt: z.string(),
});
const ORDER_BY = new Map([
  ["name", "name, sku"],
  ["price", "priceCents, sku"],
  ["-price", "priceCents DESC, sku"],
]);

/** A product in a list. */
function summaryOf({ sku, name, category, priceCents, stock }: z.infer<typeof ProductRow>) {
  return { sku, name, category, price: decimal(priceCents), currency: CURRENCY, inStock: stock > 0 };
}

/** A product alone, with everything known of it. */
function productOf(row: z.infer<typeof ProductRow>) {
  const { sku, name, category, description, priceCents, stock, updatedAt } = row;
  const image = `/api/products/${sku}/image`;
  return {
    sku,
    name,
    category,
    description,
    price: decimal(priceCents),
    currency: CURRENCY,
    stock,
    image,
    updatedAt,
  };
}

/** What the shop sells. */
export function catalogue(on: On, database: ShopDatabase): void {
  const find = (sku: string) => {
    const row = database.first(ProductRow, "SELECT * FROM products WHERE sku = ?", sku);
    if (row === undefined) throw new Refusal(404, "product-not-found", `There is no product ${sku}.`);
    return row;
  };

  on("GET /api/products", (req, res) => {
    const startedAt = performance.now();
    const page = pageOf(req);
    const { rows, total } = search(database, req, page);
    announcePages(req, res, page, total);
    const tookMs = Number((performance.now() - startedAt).toFixed(3));
    res.json({ products: rows.map(summaryOf), page: page.page, perPage: page.perPage, total, tookMs });
  });

  on("GET /api/products/{sku}", (req, res) => {
    const product = productOf(find(pathPart(req, "sku")));
    const tag = createHash("sha256").update(JSON.stringify(product)).digest("hex").slice(0, 16);
    res.set({
      ETag: `"${tag}"`,
      "Last-Modified": new Date(product.updatedAt).toUTCString(),
      "Cache-Control": "public, max-age=60",
    });
    res.json(product);
  });

  on("GET /api/products/{sku}/related", (req, res) => {
    const { sku, category } = find(pathPart(req, "sku"));
    const rows = database.all(
      ProductRow,
      "SELECT * FROM products WHERE category = ? AND sku <> ? ORDER BY sku LIMIT 5",
      category,
      sku,
    );
    res.json({ related: shuffled(rows.map(summaryOf)) });
  });

  on("GET /api/categories", (_, res) => {
    const Category = z.object({ name: z.string(), products: z.number() });
    const rows = database.all(
      Category,
      "SELECT category AS name, count(*) AS products FROM products GROUP BY category",
    );
    res.json(shuffled(rows));
  });

  on("GET /api/catalogue/feed", (req, res) => {
    const rows = database.all(ProductRow, "SELECT * FROM products ORDER BY sku");
    const feed = Buffer.from(JSON.stringify({ products: rows.map(productOf) }));
    res.set({ "Content-Type": "application/json; charset=utf-8", Vary: "Accept-Encoding" });
    if (req.acceptsEncodings("gzip") !== "gzip") return res.send(feed);
    return res.set("Content-Encoding", "gzip").send(gzipSync(feed));
  });
}

function search(
  database: ShopDatabase,
  req: Request,
  { perPage, offset }: { perPage: number; offset: number },
) {
  const orderBy = ORDER_BY.get(queryText(req, "sort") ?? "name");
  if (orderBy === undefined)
    throw new Refusal(400, "bad-query", `sort must be one of ${[...ORDER_BY.keys()].join(", ")}.`);
  const [q, category] = [queryText(req, "q") ?? null, queryText(req, "category") ?? null];
  const [min, max] = [queryCents(req, "min"), queryCents(req, "max")];
  const rows = database.all(
    ProductRow,
    `SELECT * FROM products
      WHERE (?1 IS NULL OR instr(lower(name), lower(?1)) > 0) AND (?2 IS NULL OR category = ?2)
        AND (?3 IS NULL OR priceCents >= ?3) AND (?4 IS NULL OR priceCents <= ?4)
      ORDER BY ${orderBy}`,
    q,
    category,
    min,
    max,
  );
  return { rows: rows.slice(offset, offset + perPage), total: rows.length };
}

/** An amount of the query, such as `12.50`, in cents. */
function queryCents(req: Request, name: string): number | null {
  const text = queryText(req, name);
  if (text === undefined) return null;
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(text))
    throw new Refusal(400, "bad-query", `${name} must be an amount such as 12.50.`);
  return Math.round(Number(text) * 100);
}
