import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { CURRENCY, decimalText, discounted } from "./money.ts";
import { queryText } from "./reading.ts";

const Row = z.object({
  id: z.number(),
  name: z.string(),
  city: z.string(),
  status: z.string(),
  placedAt: z.string(),
  discountPercent: z.number(),
  subtotal: z.number(),
});
const ROWS_A_CHUNK = 200;

/** Everything at once, for spreadsheets. Streamed: nobody knows the length when it starts. */
export function exports(on: On, database: ShopDatabase): void {
  on("GET /api/exports/orders.csv", async (req, res) => {
    res.set({
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="orders.csv"',
    });
    if (req.method === "HEAD") return res.end();
    const lines = Readable.from(csvOf(database, queryText(req, "status") ?? null));
    // A client that leaves early is no failure of ours.
    return pipeline(lines, res).catch(() => undefined);
  });
}

/** Chunk by chunk, each its own query: an open cursor would keep writers of this connection waiting. */
function* csvOf(database: ShopDatabase, status: string | null): Generator<string> {
  yield "order,customer,city,status,placedAt,total,currency\r\n";
  let lastId = 0;
  while (true) {
    const rows = database.all(
      Row,
      `SELECT o.id, c.name, c.city, o.status, o.placedAt, o.discountPercent,
              (SELECT sum(quantity * priceCents) FROM orderLines WHERE orderId = o.id) AS subtotal
         FROM orders o JOIN customers c ON c.id = o.customerId
        WHERE o.id > ?1 AND (?2 IS NULL OR o.status = ?2) ORDER BY o.id LIMIT ?3`,
      lastId,
      status,
      ROWS_A_CHUNK,
    );
    if (rows.length === 0) return;
    lastId = rows.at(-1)!.id;
    yield rows.map(lineOf).join("");
  }
}

function lineOf({
  id,
  name,
  city,
  status,
  placedAt,
  discountPercent,
  subtotal,
}: z.infer<typeof Row>): string {
  const total = decimalText(discounted(subtotal, discountPercent));
  return `${[String(id), name, city, status, placedAt, total, CURRENCY].map(field).join(",")}\r\n`;
}

/** RFC 4180 §2.6 and §2.7. */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
