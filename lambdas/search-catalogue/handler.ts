import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { answering, json, Rejection } from "../shop/answers.ts";
import { rows } from "../shop/database.ts";
import { query } from "../shop/events.ts";
import { paging } from "../shop/paging.ts";
import { ProductRow } from "../shop/products.ts";

const ORDER_BY = new Map([
  ["name", "name, sku"],
  ["price", "priceCents, sku"],
  ["-price", "priceCents DESC, sku"],
]);

/** GET /api/products: searched, filtered, sorted, page by page. */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => {
    const startedAt = performance.now();
    const { page, perPage, offset, headers } = paging(event);
    const found = search(event);
    const products = found
      .slice(offset, offset + perPage)
      .map(({ sku, name, category, priceCents, stock }) => ({
        sku,
        name,
        category,
        price: priceCents / 100,
        currency: "EUR",
        inStock: stock > 0,
      }));
    const total = found.length;
    const tookMs = Number((performance.now() - startedAt).toFixed(3));
    return json(200, { products, page, perPage, total, tookMs }, headers(total));
  });

function search(event: APIGatewayProxyEventV2) {
  const orderBy = ORDER_BY.get(query(event, "sort") ?? "name");
  if (orderBy === undefined)
    throw new Rejection(400, "bad-query", `sort must be one of ${[...ORDER_BY.keys()].join(", ")}.`);
  const conditions = ["TRUE"];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where("instr(lower(name), lower(?)) > 0", query(event, "q"));
  where("category = ?", query(event, "category"));
  where("priceCents >= ?", queryCents(event, "min"));
  where("priceCents <= ?", queryCents(event, "max"));
  return rows(
    ProductRow,
    `SELECT * FROM products WHERE ${conditions.join(" AND ")} ORDER BY ${orderBy}`,
    ...values,
  );
}

function queryCents(event: APIGatewayProxyEventV2, name: string): number | undefined {
  const text = query(event, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,7}(\.\d{1,2})?$/.test(text))
    throw new Rejection(400, "bad-query", `${name} must be an amount such as 12.50.`);
  return Math.round(Number(text) * 100);
}
