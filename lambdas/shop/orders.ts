import { z } from "zod";
import { row, rows } from "./database.ts";

const OrderRow = z.object({
  id: z.number(),
  customerId: z.number(),
  status: z.string(),
  discountPercent: z.number(),
  placedAt: z.string(),
});
const LineRow = z.object({ sku: z.string(), quantity: z.number(), priceCents: z.number() });
type Lines = readonly z.infer<typeof LineRow>[];

/** Adds an order up: what its lines cost, less the discount, in cents. */
export function totalCents(lines: Lines, discountPercent: number): number {
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.priceCents, 0);
  return afterDiscount(subtotal, discountPercent);
}

/** Whole cents all the way; the discount is rounded half up. */
export function afterDiscount(cents: number, percent: number): number {
  return cents - Math.floor((cents * percent + 50) / 100);
}

/** An order as callers see it, or undefined. `total` may be told to add up differently. */
export function findOrder(
  id: string,
  total = (lines: Lines, discountPercent: number) => totalCents(lines, discountPercent) / 100,
) {
  const order = row(OrderRow, "SELECT * FROM orders WHERE id = ?", id);
  if (order === undefined) return undefined;
  const lines = rows(LineRow, "SELECT * FROM orderLines WHERE orderId = ? ORDER BY position", id);
  return {
    ...order,
    lines: lines.map(({ sku, quantity, priceCents }) => ({ sku, quantity, price: priceCents / 100 })),
    total: total(lines, order.discountPercent),
    currency: "EUR",
    generatedAt: new Date().toISOString(),
  };
}
