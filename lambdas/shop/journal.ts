import { write } from "./database.ts";

/** Notes that a function wrote something; in the write's own transaction, so that it is noted exactly when it happened. */
export function journal(operation: string, key: string): void {
  write(
    "INSERT INTO journal (side, operation, key, at) VALUES ('function', ?, ?, ?)",
    operation,
    key,
    new Date().toISOString(),
  );
}
