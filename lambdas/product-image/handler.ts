import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { z } from "zod";
import { answering, bytes, Rejection } from "../shop/answers.ts";
import { row } from "../shop/database.ts";
import { header, segment } from "../shop/events.ts";

const Picture = z.object({ image: z.instanceof(Uint8Array) });

/** GET /api/products/{sku}/image: PNG bytes, or the range of them that was asked for. */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => {
    const sku = segment(event, 2);
    const found = row(Picture, "SELECT image FROM products WHERE sku = ?", sku);
    if (found === undefined) throw new Rejection(404, "product-not-found", `There is no product ${sku}.`);
    const { image } = found;
    const headers = {
      "content-type": "image/png",
      "accept-ranges": "bytes",
      "cache-control": "public, max-age=86400",
    };
    const range = wantedRange(header(event, "range") ?? "", image.length);
    if (range === undefined) return bytes(200, image, headers);
    const { start, end } = range;
    if (start > end)
      return bytes(416, new Uint8Array(), { ...headers, "content-range": `bytes */${image.length}` });
    const contentRange = `bytes ${start}-${end}/${image.length}`;
    return bytes(206, image.subarray(start, end + 1), { ...headers, "content-range": contentRange });
  });

/** One range of bytes, cut to what there is; undefined, so everything, for any other header (RFC 9110 §14.2). */
function wantedRange(text: string, size: number): { start: number; end: number } | undefined {
  const suffix = /^bytes=-(\d+)$/.exec(text)?.[1];
  if (suffix !== undefined) return { start: Math.max(0, size - Number(suffix)), end: size - 1 };
  const [, first, last = ""] = /^bytes=(\d+)-(\d*)$/.exec(text) ?? [];
  if (first === undefined || (last !== "" && Number(last) < Number(first))) return undefined;
  return { start: Number(first), end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}
