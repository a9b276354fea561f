import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { CURRENCY, decimal, discounted } from "./money.ts";
import { announcePages, pageOf } from "./paging.ts";
import { pathPart, queryNumber, queryText } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const OrderRow = z.object({
  id: z.number(),
  customerId: z.number(),
  status: z.string(),
  discountPercent: z.number(),
  placedAt: z.string(),
});
const LineRow = z.object({ sku: z.string(), quantity: z.number(), priceCents: z.number() });
const ListedRow = OrderRow.omit({ discountPercent: true });
const Count = z.object({ count: z.number() });

/** An order with its lines; refuses when there is none. */
export function findOrder(database: ShopDatabase, id: string) {
  const order = database.first(OrderRow, "SELECT * FROM orders WHERE id = ?", id);
  if (order === undefined) throw new Refusal(404, "order-not-found", `There is no order ${id}.`);
  const lines = database.all(LineRow, "SELECT * FROM orderLines WHERE orderId = ? ORDER BY position", id);
  const subtotal = lines.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0);
  return { ...order, lines, totalCents: discounted(subtotal, order.discountPercent) };
}

/** An order as callers see it. */
export function orderOf(database: ShopDatabase, id: string) {
  const { lines, totalCents, ...order } = findOrder(database, id);
  return {
    ...order,
    lines: lines.map(({ sku, quantity, priceCents }) => ({ sku, quantity, price: decimal(priceCents) })),
    total: decimal(totalCents),
    currency: CURRENCY,
    generatedAt: new Date().toISOString(),
  };
}

/** What was bought. */
export function orders(on: On, database: ShopDatabase): void {
  on("GET /api/orders", (req, res) => {
    const page = pageOf(req);
    const customer = queryNumber(req, "customer", { least: 1, most: 1_000_000, otherwise: 0 });
    const wanted = [customer, queryText(req, "status") ?? null];
    const where = "WHERE (?1 = 0 OR customerId = ?1) AND (?2 IS NULL OR status = ?2)";
    const total = database.first(Count, `SELECT count(*) AS count FROM orders ${where}`, ...wanted)!.count;
    const rows = database.all(
      ListedRow,
      `SELECT * FROM orders ${where} ORDER BY id DESC LIMIT ?3 OFFSET ?4`,
      ...wanted,
      page.perPage,
      page.offset,
    );
    announcePages(req, res, page, total);
    res.json({ orders: rows, page: page.page, perPage: page.perPage, total });
  });

  on("GET /api/orders/{id}", (req, res) => {
    const order = orderOf(database, pathPart(req, "id"));
    res.set("Cache-Control", "private, no-cache").json(order);
  });

  on("POST /api/orders/{id}/cancel", (req, res) => {
    const id = pathPart(req, "id");
    database.atomically(() => {
      const { status } = findOrder(database, id);
      if (status !== "placed" && status !== "paid")
        throw new Refusal(409, "too-late", `Order ${id} is ${status} and cannot be cancelled.`);
      database.run("UPDATE orders SET status = 'cancelled' WHERE id = ?", id);
      journalWrite(database, "cancel-order", id);
    });
    res.json(orderOf(database, id));
  });

  on("GET /api/orders/{id}/invoice", (req, res) => {
    const { id } = findOrder(database, pathPart(req, "id"));
    res.redirect(302, `/api/invoices/INV-${id}`);
  });
}
