import { createHash } from "node:crypto";
import type { ShopDatabase } from "./database.ts";
import { digest } from "./digest.ts";
import type { On } from "./endpoints.ts";
import { journalWrite } from "./journal.ts";
import { pathPart, queryNumber, queryText, waitWith } from "./reading.ts";
import { Refusal } from "./refusal.ts";

/** What old systems do that proxies must survive. */
export function awkward(on: On): void {
  let asked = 0;

  on("GET /api/slow", async (req, res) => {
    const ms = queryNumber(req, "ms", { least: 0, most: 600_000, otherwise: 1_000 });
    if (await waitWith(res, ms)) res.json({ ms });
  });

  on("GET /api/flaky", (req, res) => {
    const every = queryNumber(req, "every", { least: 1, most: 1_000_000, otherwise: 3 });
    asked += 1;
    if (asked % every !== 0) return res.json({ asked });
    if (queryText(req, "how") === "reset") return res.destroy();
    res.set("Retry-After", "1");
    throw new Refusal(503, "overloaded", "Try again in a second.");
  });

  on("GET /api/truncated", (req, res) => {
    const bytes = queryNumber(req, "bytes", { least: 1, most: 10_000_000, otherwise: 1_000 });
    res.set("Content-Type", "application/octet-stream");
    if (queryText(req, "how") !== "chunked") res.set("Content-Length", String(bytes * 2));
    // Destroyed only once these bytes left: what is lost is the rest.
    res.write(Buffer.alloc(bytes, "x"), () => setImmediate(() => res.destroy()));
  });

  on("GET /api/trailers", (_, res) => {
    const text = "The checksum follows.\n";
    res.set({ "Content-Type": "text/plain; charset=utf-8", Trailer: "X-Content-Sha256" });
    res.write(text);
    res.addTrailers({ "X-Content-Sha256": createHash("sha256").update(text).digest("hex") });
    res.end();
  });

  on("GET /api/hints", (_, res) => {
    res.writeEarlyHints({ link: "</api/catalogue/feed>; rel=preload; as=fetch" });
    res.json({ hinted: true });
  });

  on("GET /api/status/{code}", (req, res) => {
    const code = Number(pathPart(req, "code"));
    if (!(code >= 200 && code <= 599))
      throw new Refusal(400, "bad-status", "Ask for a status from 200 to 599.");
    res.status(code).json({ status: code });
  });
}

/** Says what it heard: method, target, fields as they came, and a fingerprint of the body. */
export function echo(on: On, database: ShopDatabase): void {
  on("ANY /api/echo/{rest*}", async (req, res) => {
    const { method, originalUrl: url, rawHeaders: headers } = req;
    const body = await digest(req);
    if (method !== "GET" && method !== "HEAD")
      journalWrite(database, "echo", req.get("Idempotency-Key") ?? url);
    res.json({ method, url, headers, ...body });
  });
}
