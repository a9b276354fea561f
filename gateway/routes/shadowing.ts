/**
 * How far writes go in shadow, from harmless to real:
 * - `skip`: they are not copied;
 * - `record`: they are kept for a replay elsewhere, and sent nowhere;
 * - `dry-run`: the function gets them marked, and promises to change nothing;
 * - `rehearsal`: another alias of the function gets them, which works on a scratch store.
 */
export const WRITE_RUNGS = ["skip", "record", "dry-run", "rehearsal"] as const;
export type WriteRung = (typeof WRITE_RUNGS)[number];

/** What is copied to the side that does not answer. */
export interface ShadowSettings {
  /** Share of the requests, or of the clients, that are copied (0–100). */
  readonly percent: number;
  /** `client`: whole sessions, by the route's sticky key; requests without a key are not copied. */
  readonly by: "request" | "client";
  /** Copies a second once there is enough evidence; before, a route is copied as its share says. Null: always as it says. */
  readonly enough: { readonly pairs: number; readonly thenPerSecond: number } | null;
  /** Null when nobody declared it: then writes are not copied, and a route that takes some does not go to shadow. */
  readonly writes: WriteRung | null;
  /** Alias that rehearses writes. */
  readonly rehearsal: string | null;
  /** Request fields that copies go without, lower-case. */
  readonly without: readonly string[];
  /** Share of safe requests that legacy is asked a second time, to know how far it differs from itself. */
  readonly secondaryPercent: number;
  /** How long the other side may take; nobody waits for it. */
  readonly timeoutMs: number;
}

/** Methods that promise to change nothing (RFC 9110 §9.2.1). */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}
