import { randomUUID } from "node:crypto";
import express from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { CURRENCY, decimal } from "./money.ts";
import { cookie, pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const LineRow = z.object({ sku: z.string(), name: z.string(), quantity: z.number(), priceCents: z.number() });
const Item = z.object({ sku: z.string(), quantity: z.int().min(1).max(99) });

function basketOf(database: ShopDatabase, basketId: string) {
  const rows = database.all(
    LineRow,
    `SELECT b.sku, p.name, b.quantity, p.priceCents FROM basketLines b JOIN products p USING (sku)
      WHERE b.basketId = ? ORDER BY b.sku`,
    basketId,
  );
  const lines = rows.map(({ priceCents, ...line }) => ({ ...line, price: decimal(priceCents) }));
  const total = rows.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0);
  return { lines, total: decimal(total), currency: CURRENCY };
}

/** What a visitor means to buy. A cookie names the basket, and comes with the first thing put in. */
export function basket(on: On, database: ShopDatabase): void {
  on("GET /api/basket", (req, res) => {
    res.set("Cache-Control", "private, no-store").json(basketOf(database, cookie(req, "basket") ?? ""));
  });

  on("POST /api/basket/items", express.json(), (req, res) => {
    const item = Item.safeParse(req.body).data;
    if (item === undefined)
      throw new Refusal(400, "invalid-item", "Send JSON with sku and quantity (1 to 99).");
    const { sku, quantity } = item;
    const basketId = cookie(req, "basket") ?? randomUUID();
    database.atomically(() => {
      if (database.first(z.unknown(), "SELECT 1 FROM products WHERE sku = ?", sku) === undefined)
        throw new Refusal(422, "product-not-found", `There is no product ${sku}.`);
      database.run(
        `INSERT INTO basketLines VALUES (?, ?, ?)
          ON CONFLICT DO UPDATE SET quantity = min(99, quantity + excluded.quantity)`,
        basketId,
        sku,
        quantity,
      );
      journalWrite(database, "basket-add", `${basketId} ${sku}`);
    });
    if (cookie(req, "basket") === undefined) res.cookie("basket", basketId, { httpOnly: true });
    res.status(201).json(basketOf(database, basketId));
  });

  on("DELETE /api/basket/items/{sku}", (req, res) => {
    const sku = pathPart(req, "sku");
    const basketId = cookie(req, "basket") ?? "";
    database.atomically(() => {
      const sql = "DELETE FROM basketLines WHERE basketId = ? AND sku = ?";
      if (database.run(sql, basketId, sku).changes === 0)
        throw new Refusal(404, "not-in-basket", `There is no ${sku} in this basket.`);
      journalWrite(database, "basket-remove", `${basketId} ${sku}`);
    });
    res.status(204).end();
  });
}
