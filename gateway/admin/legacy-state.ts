import { span } from "../evidence/wording.ts";
import type { RouteStatus, Status } from "./status-contract.ts";

type Traffic = NonNullable<RouteStatus["traffic"]>;

/** Failures for less long may be of one endpoint among many. */
const FAILS_AFTER_MS = 10_000;
/** What was known before is old. */
const KNOWN_FOR_MS = 600_000;

/**
 * How legacy does, from what the status of routes, and of requests that no route took, says anyway: readiness speaks for the
 * gateway alone. Null when no gateway runs. `now` is wall-clock milliseconds.
 */
export function legacyState(
  routes: readonly Pick<RouteStatus, "id" | "breakers" | "traffic">[],
  unmatched: Traffic | null,
  now: number,
): Status["legacy"] {
  if (unmatched === null) return null;
  const sides = [...routes.flatMap(({ traffic }) => traffic ?? []), unmatched].map(({ legacy }) => legacy);
  const last = (of: (side: Traffic["legacy"]) => number | null) =>
    sides.reduce((latest, side) => Math.max(latest, of(side) ?? -Infinity), -Infinity);
  const [succeededAt, failedAt] = [last((side) => side.succeededAt), last((side) => side.failedAt)];
  const failsForMs = now - succeededAt;
  if (now - failedAt < KNOWN_FOR_MS && failedAt > succeededAt && failsForMs >= FAILS_AFTER_MS) {
    const since = succeededAt === -Infinity ? "since the start" : `for ${span(failsForMs)}`;
    return { state: "fails", says: `only failures and 5xx ${since}` };
  }
  const open = routes
    .filter(({ breakers }) => (breakers?.legacy ?? "closed") !== "closed")
    .map(({ id }) => id);
  if (open.length > 0) {
    const where = open.length === 1 ? open[0]! : `${open.length} of ${routes.length} routes`;
    return { state: "fails-partly", says: `breaker not closed: ${where}` };
  }
  if (now - Math.max(succeededAt, failedAt) >= KNOWN_FOR_MS)
    return { state: "not-asked", says: "not asked in the last ten minutes" };
  return { state: "answers", says: "answers" };
}
