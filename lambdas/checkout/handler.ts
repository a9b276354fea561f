import { createHash } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { z } from "zod";
import { answering, JSON_TYPE, Rejection, type Answer } from "../shop/answers.ts";
import { row, rows, transaction, write } from "../shop/database.ts";
import { cookie, header, jsonBody } from "../shop/events.ts";
import { journal } from "../shop/journal.ts";
import { findOrder } from "../shop/orders.ts";

const Line = z.object({ sku: z.string(), quantity: z.int().min(1).max(99) });
const Purchase = z.object({ customerId: z.int(), lines: z.array(Line).min(1).max(50).optional() });
const Before = z.object({ fingerprint: z.string(), orderId: z.number(), body: z.string() });
const Stock = z.object({ stock: z.number() });

/**
 * POST /api/checkout, once per Idempotency-Key. The keys are in the database the monolith uses too, so a purchase that
 * was tried on one side is not made again on the other.
 */
export const handler = async (event: APIGatewayProxyEventV2) =>
  answering(() => {
    const key = header(event, "idempotency-key") ?? "";
    if (key === "")
      throw new Rejection(400, "idempotency-key-required", "Send an Idempotency-Key, one for each purchase.");
    const { success, data: purchase } = Purchase.safeParse(jsonBody(event));
    if (!success)
      throw new Rejection(
        400,
        "invalid-order",
        "Send JSON with customerId and lines of sku and quantity (1 to 99).",
      );
    const fingerprint = createHash("sha256").update(JSON.stringify(purchase)).digest("hex");

    return transaction(() => {
      const before = row(Before, "SELECT * FROM idempotency WHERE key = ?", key);
      if (before !== undefined) return again(before, fingerprint);
      const lines = purchase.lines ?? basketLines(cookie(event, "basket") ?? "");
      const { orderId, body } = buy(purchase.customerId, lines);
      const at = new Date().toISOString();
      write("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?)", key, fingerprint, orderId, body, at);
      journal("checkout", key);
      return created(orderId, body);
    });
  });

function again(before: z.infer<typeof Before>, fingerprint: string): Answer {
  if (before.fingerprint !== fingerprint)
    throw new Rejection(
      422,
      "idempotency-key-reused",
      "This Idempotency-Key came with a different order before.",
    );
  return created(before.orderId, before.body, { "idempotent-replayed": "true" });
}

function created(orderId: number, body: string, more: Record<string, string> = {}): Answer {
  const headers = { "content-type": JSON_TYPE, location: `/api/orders/${orderId}`, ...more };
  return { statusCode: 201, headers, body };
}

/** What is in the basket, which is empty afterwards. */
function basketLines(basketId: string): z.infer<typeof Line>[] {
  const lines = rows(Line, "SELECT * FROM basketLines WHERE basketId = ? ORDER BY sku", basketId);
  if (lines.length === 0)
    throw new Rejection(400, "nothing-to-buy", "There are no lines, and the basket is empty.");
  write("DELETE FROM basketLines WHERE basketId = ?", basketId);
  return lines;
}

function buy(customerId: number, lines: readonly z.infer<typeof Line>[]): { orderId: number; body: string } {
  if (row(z.unknown(), "SELECT 1 FROM customers WHERE id = ?", customerId) === undefined)
    throw new Rejection(422, "customer-not-found", `There is no customer ${customerId}.`);
  const at = new Date().toISOString();
  const { id: orderId } = write(
    "INSERT INTO orders (customerId, status, discountPercent, placedAt) VALUES (?, 'placed', 0, ?)",
    customerId,
    at,
  );
  for (const [index, { sku, quantity }] of lines.entries()) {
    const stock = row(Stock, "SELECT stock FROM products WHERE sku = ?", sku)?.stock;
    if (stock === undefined) throw new Rejection(422, "product-not-found", `There is no product ${sku}.`);
    if (stock < quantity) throw new Rejection(409, "out-of-stock", `There are only ${stock} of ${sku}.`);
    write("UPDATE products SET stock = stock - ?, updatedAt = ? WHERE sku = ?", quantity, at, sku);
    write(
      "INSERT INTO orderLines SELECT ?, ?, sku, ?, priceCents FROM products WHERE sku = ?",
      orderId,
      index + 1,
      quantity,
      sku,
    );
  }
  return { orderId, body: JSON.stringify(findOrder(String(orderId))) };
}
