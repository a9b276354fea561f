import express from "express";
import { z } from "zod";
import type { ShopDatabase } from "./database.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { pathPart } from "./reading.ts";
import { Refusal } from "./refusal.ts";

const FileRow = z.object({ name: z.string(), type: z.string(), content: z.instanceof(Uint8Array) });

/** Documents by name. A name is one segment of the path, whatever is in it: slashes come as %2F. */
export function files(on: On, database: ShopDatabase): void {
  on("GET /api/files/{name}", (req, res) => {
    const name = pathPart(req, "name");
    const file = database.first(FileRow, "SELECT * FROM files WHERE name = ?", name);
    if (file === undefined) throw new Refusal(404, "file-not-found", `There is no file ${name}.`);
    // Not set(), which would add a charset of its own.
    res.setHeader("Content-Type", file.type);
    res.set({
      "Content-Disposition": `attachment; filename*=UTF-8''${extended(name)}`,
      "Content-Location": `/api/files/${encodeURIComponent(name)}`,
    });
    res.send(Buffer.from(file.content));
  });

  on("PUT /api/files/{name}", express.raw({ type: () => true, limit: "10mb" }), (req, res) => {
    const name = pathPart(req, "name");
    const type = req.get("Content-Type") ?? "application/octet-stream";
    const content = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    database.atomically(() => {
      const sql = "INSERT INTO files VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET type = ?2, content = ?3";
      database.run(sql, name, type, content);
      journalWrite(database, "put-file", name);
    });
    res.status(204).end();
  });
}

/** RFC 8187 allows fewer characters than encodeURIComponent leaves alone. */
function extended(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
