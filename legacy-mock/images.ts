import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const Picture = z.object({ image: z.instanceof(Uint8Array) });

/** Product pictures, whole or in part (RFC 9110 §14). */
export function images(on: On, database: ShopDatabase): void {
  on("GET /api/products/{sku}/image", (req, res) => {
    const sku = pathPart(req, "sku");
    const picture = database.first(Picture, "SELECT image FROM products WHERE sku = ?", sku)?.image;
    if (picture === undefined) throw new Refusal(404, "product-not-found", `There is no product ${sku}.`);
    res.set({
      "Content-Type": "image/png",
      "Accept-Ranges": "bytes",
      "Cache-Control": "public, max-age=86400",
    });
    const range = rangeOf(req.headers.range, picture.length);
    if (range === "whole") return res.send(Buffer.from(picture));
    if (range === "outside") return res.status(416).set("Content-Range", `bytes */${picture.length}`).end();
    const [start, end] = range;
    res.status(206).set("Content-Range", `bytes ${start}-${end}/${picture.length}`);
    return res.send(Buffer.from(picture.subarray(start, end + 1)));
  });
}

/** First and last byte wanted. Several ranges at once, and what is no range, mean the whole (RFC 9110 §14.2). */
function rangeOf(
  header: string | undefined,
  size: number,
): "whole" | "outside" | [start: number, end: number] {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return "whole";
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(first) > Number(last)) return "whole";
  return start > end ? "outside" : [start, end];
}
