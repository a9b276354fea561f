import type { RouteStatus, Status } from "./status-contract.ts";

type Traffic = NonNullable<RouteStatus["traffic"]>;

/** Stages in which every request of a route is asked of legacy, so that failures of the last minutes are its own. */
const LEGACY_ANSWERS: ReadonlySet<string> = new Set(["legacy", "shadow"]);

/**
 * How legacy does, from what the status of routes (and of requests that no route took) says anyway: readiness speaks for the
 * gateway alone. Null when no gateway runs. Percentiles are of the last minutes, so that there are none when nobody
 * answered; counts are since the start.
 */
export function legacyState(
  routes: readonly Pick<RouteStatus, "id" | "stage" | "breakers" | "traffic">[],
  unmatched: Traffic | null,
): Status["legacy"] {
  if (unmatched === null) return null;
  const all = [...routes.flatMap(({ traffic }) => traffic ?? []), unmatched];
  const open = routes
    .filter(({ breakers }) => (breakers?.legacy ?? "closed") !== "closed")
    .map(({ id }) => id);
  const asked = [
    ...routes.flatMap(({ stage, traffic }) => (LEGACY_ANSWERS.has(stage) ? (traffic ?? []) : [])),
    unmatched,
  ];
  if (all.every(({ legacy }) => legacy.p50Ms === null)) {
    const failing = asked.filter(
      ({ legacy, lastFiveMinutes }) => lastFiveMinutes > 0 && failures(legacy) > 0,
    );
    if (failing.length > 0) return { state: "fails", says: "no answer in the last minutes" };
    if (open.length === 0) return { state: "not-asked", says: "not asked in the last minutes" };
  }
  const answered = sum(all, ({ legacy }) => legacy.answered);
  if (answered > 0 && answered === sum(all, ({ legacy }) => legacy.serverErrors))
    return { state: "fails", says: "nothing but 5xx since the start" };
  if (open.length > 0) {
    const where = open.length === 1 ? open[0]! : `${open.length} of ${routes.length} routes`;
    return { state: "fails-partly", says: `breaker not closed: ${where}` };
  }
  return { state: "answers", says: "answers" };
}

function failures({ failed }: Traffic["legacy"]): number {
  return Object.values(failed).reduce((total, count) => total + count, 0);
}

function sum(all: readonly Traffic[], of: (traffic: Traffic) => number): number {
  return all.reduce((total, traffic) => total + of(traffic), 0);
}
