import { gzipSync } from "node:zlib";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { bytes, JSON_TYPE } from "../shop/answers.ts";
import { rows } from "../shop/database.ts";
import { header } from "../shop/events.ts";
import { productDocument, ProductRow } from "../shop/products.ts";

/** GET /api/catalogue/feed: every product, compressed for whoever accepts gzip. */
export const handler = async (event: APIGatewayProxyEventV2) => {
  const products = rows(ProductRow, "SELECT * FROM products ORDER BY sku").map(productDocument);
  const feed = Buffer.from(JSON.stringify({ products }));
  const headers = { "content-type": JSON_TYPE, vary: "Accept-Encoding" };
  if (!acceptsGzip(header(event, "accept-encoding") ?? "")) return bytes(200, feed, headers);
  return bytes(200, gzipSync(feed), { ...headers, "content-encoding": "gzip" });
};

/** RFC 9110 §12.5.3: `gzip` named, or meant by `*`, and not with a weight of 0. */
function acceptsGzip(text: string): boolean {
  const weights = new Map<string, number>();
  for (const item of text.toLowerCase().split(",")) {
    const [coding = "", weight = "q=1"] = item.split(";").map((part) => part.trim());
    weights.set(coding, Number(weight.replace(/^q=/, "")));
  }
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}
