import { createHash } from "node:crypto";
import express from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { orderOf } from "./orders.ts";
import { cookie } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const Line = z.object({ sku: z.string(), quantity: z.int().min(1).max(99) });
const Order = z.object({ customerId: z.int(), lines: z.array(Line).min(1).max(50).optional() });
const Answered = z.object({ fingerprint: z.string(), orderId: z.number(), body: z.string() });
type Line = z.infer<typeof Line>;

/**
 * Buying, once per Idempotency-Key: whoever sends the same key and body again gets the first answer again, marked
 * `Idempotent-Replayed`. Without lines, the basket of the cookie is bought and emptied.
 */
export function checkout(on: On, database: ShopDatabase): void {
  on("POST /api/checkout", express.json(), (req, res) => {
    const key = req.get("Idempotency-Key");
    if (key === undefined || key === "")
      throw new Refusal(400, "idempotency-key-required", "Send an Idempotency-Key, one for each purchase.");
    const wanted = Order.safeParse(req.body).data;
    if (wanted === undefined)
      throw new Refusal(
        400,
        "invalid-order",
        "Send JSON with customerId and lines of sku and quantity (1 to 99).",
      );
    const basketId = cookie(req, "basket") ?? "";
    const fingerprint = createHash("sha256").update(JSON.stringify(wanted)).digest("hex");

    const answer = database.atomically(() => {
      const before = database.first(Answered, "SELECT * FROM idempotency WHERE key = ?", key);
      if (before === undefined) {
        const lines = wanted.lines ?? takeBasket(database, basketId);
        return { ...place(database, key, fingerprint, wanted.customerId, lines), replayed: false };
      }
      if (before.fingerprint !== fingerprint)
        throw new Refusal(
          422,
          "idempotency-key-reused",
          "This Idempotency-Key came with a different order before.",
        );
      return { ...before, replayed: true };
    });
    if (answer.replayed) res.set("Idempotent-Replayed", "true");
    res.status(201).location(`/api/orders/${answer.orderId}`).type("json").send(answer.body);
  });
}

function takeBasket(database: ShopDatabase, basketId: string): Line[] {
  const lines = database.all(Line, "SELECT * FROM basketLines WHERE basketId = ? ORDER BY sku", basketId);
  if (lines.length === 0)
    throw new Refusal(400, "nothing-to-buy", "There are no lines, and the basket is empty.");
  database.run("DELETE FROM basketLines WHERE basketId = ?", basketId);
  return lines;
}

function place(
  database: ShopDatabase,
  key: string,
  fingerprint: string,
  customerId: number,
  lines: readonly Line[],
) {
  if (database.first(z.unknown(), "SELECT 1 FROM customers WHERE id = ?", customerId) === undefined)
    throw new Refusal(422, "customer-not-found", `There is no customer ${customerId}.`);
  const at = new Date().toISOString();
  const { id } = database.run(
    "INSERT INTO orders (customerId, status, discountPercent, placedAt) VALUES (?, 'placed', 0, ?)",
    customerId,
    at,
  );
  for (const [index, { sku, quantity }] of lines.entries()) {
    const stock = database.first(
      z.object({ stock: z.number() }),
      "SELECT stock FROM products WHERE sku = ?",
      sku,
    );
    if (stock === undefined) throw new Refusal(422, "product-not-found", `There is no product ${sku}.`);
    if (stock.stock < quantity)
      throw new Refusal(409, "out-of-stock", `There are only ${stock.stock} of ${sku}.`);
    database.run("UPDATE products SET stock = stock - ?, updatedAt = ? WHERE sku = ?", quantity, at, sku);
    database.run(
      "INSERT INTO orderLines SELECT ?, ?, sku, ?, priceCents FROM products WHERE sku = ?",
      id,
      index + 1,
      quantity,
      sku,
    );
  }
  const body = JSON.stringify(orderOf(database, String(id)));
  database.run("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?)", key, fingerprint, id, body, at);
  journalWrite(database, "checkout", key);
  return { orderId: id, body };
}
