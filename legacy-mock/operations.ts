import type { ShopDatabase } from "./database.ts";
import type { Endpoints } from "./endpoints.ts";
import { journalSince } from "./journal.ts";
import { queryNumber } from "./reading.ts";

/** What operators and tests ask. `/__mock` is no part of the shop: it tells tests what really happened. */
export function operations({ on, asked }: Endpoints, database: ShopDatabase, build: string): void {
  on("GET /health", (_, res) => res.json({ status: "ok" }));

  on("GET /version", (_, res) => res.json({ name: "shop", version: "4.12.1", build }));

  on("POST /api/ping", (_, res) => res.status(204).end());

  on("GET /__mock/journal", (req, res) => {
    const since = queryNumber(req, "since", { least: 0, most: 999_999_999_999, otherwise: 0 });
    res.json(journalSince(database, since));
  });

  on("GET /__mock/requests", (_, res) => res.json(asked()));
}
