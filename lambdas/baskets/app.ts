import { randomUUID } from "node:crypto";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { z } from "zod";
import { Rejection } from "../shop/answers.ts";
import { row, rows, transaction, write } from "../shop/database.ts";
import { journal } from "../shop/journal.ts";

const Item = z.object({ sku: z.string(), quantity: z.int().min(1).max(99) });
const Line = z.object({ sku: z.string(), name: z.string(), quantity: z.number(), priceCents: z.number() });

/** GET /api/basket, POST /api/basket/items, DELETE /api/basket/items/{sku}. */
export function basketApp(): Express {
  const app = express();
  app.disable("x-powered-by").set("etag", false);
  app.use(express.json());

  app.get("/api/basket", (req, res) => {
    res.set("cache-control", "private, no-store").json(contents(basketOf(req) ?? ""));
  });

  app.post("/api/basket/items", (req, res) => {
    const { success, data: item } = Item.safeParse(req.body);
    if (!success) throw new Rejection(400, "invalid-item", "Send JSON with sku and quantity (1 to 99).");
    const known = basketOf(req);
    const basketId = known ?? randomUUID();
    add(basketId, item.sku, item.quantity);
    if (known === undefined) res.cookie("basket", basketId, { httpOnly: true });
    res.status(201).json(contents(basketId));
  });

  app.delete("/api/basket/items/:sku", (req, res) => {
    remove(basketOf(req) ?? "", req.params.sku);
    res.status(204).end();
  });

  app.use(answerError);
  return app;
}

function basketOf(req: Request): string | undefined {
  return /(?:^|;\s*)basket=([^;]*)/.exec(req.headers.cookie ?? "")?.[1];
}

function contents(basketId: string) {
  const found = rows(
    Line,
    "SELECT * FROM basketLines JOIN products USING (sku) WHERE basketId = ? ORDER BY sku",
    basketId,
  );
  const cents = found.reduce((sum, line) => sum + line.quantity * line.priceCents, 0);
  const lines = found.map(({ sku, name, quantity, priceCents }) => ({
    sku,
    name,
    quantity,
    price: priceCents / 100,
  }));
  return { lines, total: cents / 100, currency: "EUR" };
}

function add(basketId: string, sku: string, quantity: number): void {
  transaction(() => {
    if (row(z.unknown(), "SELECT 1 FROM products WHERE sku = ?", sku) === undefined)
      throw new Rejection(422, "product-not-found", `There is no product ${sku}.`);
    write(
      `INSERT INTO basketLines VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET quantity = min(99, quantity + excluded.quantity)`,
      basketId,
      sku,
      quantity,
    );
    journal("basket-add", `${basketId} ${sku}`);
  });
}

function remove(basketId: string, sku: string): void {
  transaction(() => {
    const { changes } = write("DELETE FROM basketLines WHERE basketId = ? AND sku = ?", basketId, sku);
    if (changes === 0) throw new Rejection(404, "not-in-basket", `There is no ${sku} in this basket.`);
    journal("basket-remove", `${basketId} ${sku}`);
  });
}

/** Express knows it by its four parameters. */
function answerError(error: unknown, _: Request, res: Response, next: NextFunction): void {
  if (error instanceof Rejection) {
    const { statusCode, code, message } = error;
    res.status(statusCode).json({ error: { code, message } });
  } else if (error instanceof SyntaxError) {
    res.status(400).json({ error: { code: "invalid-json", message: "The body is not valid JSON." } });
  } else next(error);
}
