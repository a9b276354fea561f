import type { Clock } from "../clock.ts";
import { tooManyChanges } from "./auth/access-refused.ts";

const MOST = 120;
const WINDOW_MS = 60_000;
const CALLERS_AT_MOST = 1_000;

/**
 * Counts the changes that each caller asks for. Throws an AccessRefused (429) beyond 120 a minute: nobody moves routes that
 * fast on purpose, and each wish costs a line of the audit log. Ways back to legacy are not to be counted.
 */
export function changeRate(clock: Pick<Clock, "elapsed">): (caller: string) => void {
  const windows = new Map<string, { readonly since: number; changes: number }>();
  return (caller) => {
    const now = clock.elapsed();
    const window = windows.get(caller);
    if (window === undefined || now - window.since >= WINDOW_MS) {
      windows.delete(caller);
      if (windows.size >= CALLERS_AT_MOST) windows.delete(windows.keys().next().value!);
      windows.set(caller, { since: now, changes: 1 });
    } else if (window.changes < MOST) window.changes += 1;
    else throw tooManyChanges(Math.ceil((window.since + WINDOW_MS - now) / 1000));
  };
}
