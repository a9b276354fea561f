import { z } from "zod";
import type { ShopDatabase } from "./database.ts";

const Entry = z.object({
  id: z.number(),
  side: z.enum(["legacy", "function"]),
  operation: z.string(),
  key: z.string(),
  at: z.string(),
});

/** One write that took effect, and which side did it. */
export type JournalEntry = z.infer<typeof Entry>;

/** Notes a write of the monolith's; call it in the write's own transaction. */
export function journalWrite(database: ShopDatabase, operation: string, key: string): void {
  database.run(
    "INSERT INTO journal (side, operation, key, at) VALUES ('legacy', ?, ?, ?)",
    operation,
    key,
    new Date().toISOString(),
  );
}

/** Every write after the given entry, oldest first. */
export function journalSince(database: ShopDatabase, id: number): JournalEntry[] {
  return database.all(Entry, "SELECT * FROM journal WHERE id > ? ORDER BY id", id);
}
