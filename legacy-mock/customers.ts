import { randomUUID } from "node:crypto";
import express from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { announcePages, pageOf } from "./paging.ts";
import { shuffled } from "./random.ts";
import { pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

export const CustomerRow = z.object({
  id: z.number(),
  name: z.string(),
  email: z.string(),
  city: z.string(),
  country: z.string(),
  tags: z.string(),
  updatedAt: z.string(),
});
const Tags = z.array(z.string());
const Change = z
  .strictObject({ name: z.string().min(1), city: z.string().min(1), country: z.string().length(2) })
  .partial();
const Count = z.object({ count: z.number() });

/** A customer as callers see one. Tags come in no particular order. */
export function customerOf({ tags, ...rest }: z.infer<typeof CustomerRow>) {
  return { ...rest, tags: shuffled(Tags.parse(JSON.parse(tags))) };
}

/** The shop's customers. */
export function customers(on: On, database: ShopDatabase): void {
  const find = (id: string) => {
    const row = database.first(CustomerRow, "SELECT * FROM customers WHERE id = ?", id);
    if (row === undefined) throw new Refusal(404, "customer-not-found", `There is no customer ${id}.`);
    return row;
  };

  on("GET /api/customers", (req, res) => {
    const { page, perPage, offset } = pageOf(req);
    const total = database.first(Count, "SELECT count(*) AS count FROM customers")!.count;
    const rows = database.all(
      CustomerRow,
      "SELECT * FROM customers ORDER BY id LIMIT ? OFFSET ?",
      perPage,
      offset,
    );
    announcePages(req, res, { page, perPage, offset }, total);
    res.json({ requestId: randomUUID(), customers: rows.map(customerOf), page, perPage, total });
  });

  on("GET /api/customers/{id}", (req, res) => {
    res.json(customerOf(find(pathPart(req, "id"))));
  });

  on("PATCH /api/customers/{id}", express.json(), (req, res) => {
    const id = pathPart(req, "id");
    const change = Change.safeParse(req.body);
    if (!change.success)
      throw new Refusal(
        400,
        "invalid-customer",
        "Send JSON with some of: name, city, country (two letters).",
      );
    database.atomically(() => {
      const { name, city, country } = change.data;
      find(id);
      database.run(
        `UPDATE customers SET name = coalesce(?, name), city = coalesce(?, city),
           country = coalesce(?, country), updatedAt = ? WHERE id = ?`,
        name ?? null,
        city ?? null,
        country ?? null,
        new Date().toISOString(),
        id,
      );
      journalWrite(database, "update-customer", id);
    });
    res.json(customerOf(find(id)));
  });
}
