import express from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const Topics = z.union([z.string(), z.array(z.string())]).default([]);
const Message = z.object({ name: z.string().min(1), text: z.string().min(1), topic: Topics });
const MessageRow = z.object({ id: z.number(), name: z.string(), topics: z.string(), text: z.string() });

/** The contact form of the old site: urlencoded in, 303 out. */
export function contact(on: On, database: ShopDatabase): void {
  on("POST /api/contact", express.urlencoded(), (req, res) => {
    const message = Message.safeParse(req.body).data;
    if (message === undefined)
      throw new Refusal(400, "invalid-message", "Send a form with name, text and topic.");
    const { name, text, topic } = message;
    const id = database.atomically(() => {
      const sql = "INSERT INTO messages (name, topics, text) VALUES (?, ?, ?)";
      const inserted = database.run(sql, name, JSON.stringify([topic].flat()), text);
      journalWrite(database, "contact", String(inserted.id));
      return inserted.id;
    });
    res.redirect(303, `/api/contact/${id}`);
  });

  on("GET /api/contact/{id}", (req, res) => {
    const id = pathPart(req, "id");
    const row = database.first(MessageRow, "SELECT * FROM messages WHERE id = ?", id);
    if (row === undefined) throw new Refusal(404, "message-not-found", `There is no message ${id}.`);
    const topics: unknown = JSON.parse(row.topics);
    res.json({ ...row, topics });
  });
}
