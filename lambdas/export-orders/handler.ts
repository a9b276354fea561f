import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { z } from "zod";
import { rows } from "../shop/database.ts";
import { query } from "../shop/events.ts";
import { afterDiscount } from "../shop/orders.ts";

const Row = z.object({
  id: z.number(),
  name: z.string(),
  city: z.string(),
  status: z.string(),
  placedAt: z.string(),
  discountPercent: z.number(),
  subtotal: z.number(),
});

/** GET /api/exports/orders.csv, streamed: the first rows leave before the last are read. */
export const handler = awslambda.streamifyResponse<APIGatewayProxyEventV2>(async (event, responseStream) => {
  const stream = awslambda.HttpResponseStream.from(responseStream, {
    statusCode: 200,
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="orders.csv"',
    },
  });
  await pipeline(Readable.from(csv(query(event, "status"))), stream);
});

function* csv(status: string | undefined): Generator<string> {
  yield "order,customer,city,status,placedAt,total,currency\r\n";
  let last: number | undefined = 0;
  while (last !== undefined) {
    const found: z.infer<typeof Row>[] = rows(
      Row,
      `SELECT o.*, c.name, c.city, sum(l.quantity * l.priceCents) AS subtotal
         FROM orders o JOIN customers c ON c.id = o.customerId JOIN orderLines l ON l.orderId = o.id
        WHERE o.id > ?1 AND (?2 IS NULL OR o.status = ?2) GROUP BY o.id ORDER BY o.id LIMIT 250`,
      last,
      status ?? null,
    );
    if (found.length > 0) yield found.map(line).join("");
    last = found.at(-1)?.id;
  }
}

function line({ id, name, city, status, placedAt, discountPercent, subtotal }: z.infer<typeof Row>): string {
  const total = (afterDiscount(subtotal, discountPercent) / 100).toFixed(2);
  return `${[String(id), name, city, status, placedAt, total, "EUR"].map(quoted).join(",")}\r\n`;
}

/** RFC 4180: quoted only where it must be. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
