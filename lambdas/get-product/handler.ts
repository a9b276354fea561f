import { createHash } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { answering, json, Rejection } from "../shop/answers.ts";
import { row } from "../shop/database.ts";
import { header, segment } from "../shop/events.ts";
import { productDocument, ProductRow } from "../shop/products.ts";

/** GET /api/products/{sku}, with ETag and Last-Modified; 304 for a caller who has it already. */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => {
    const sku = segment(event, 2);
    const found = row(ProductRow, "SELECT * FROM products WHERE sku = ?", sku);
    if (found === undefined) throw new Rejection(404, "product-not-found", `There is no product ${sku}.`);
    const product = productDocument(found);
    const digest = createHash("sha256").update(JSON.stringify(product)).digest("hex");
    const headers = {
      etag: `"${digest.slice(0, 16)}"`,
      "last-modified": new Date(product.updatedAt).toUTCString(),
      "cache-control": "public, max-age=60",
    };
    if (isFresh(event, headers.etag, headers["last-modified"])) return { statusCode: 304, headers };
    return json(200, product, headers);
  });

/** RFC 9110 §13.2.2; and like the monolith, never fresh for a caller who says `no-cache`. */
function isFresh(event: APIGatewayProxyEventV2, etag: string, lastModified: string): boolean {
  if (/(^|,)\s*no-cache\s*(,|$)/.test(header(event, "cache-control") ?? "")) return false;
  const noneMatch = header(event, "if-none-match");
  if (noneMatch !== undefined) {
    const tags = noneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    return noneMatch === "*" || tags.includes(etag);
  }
  const since = header(event, "if-modified-since");
  return since !== undefined && Date.parse(lastModified) <= Date.parse(since);
}
