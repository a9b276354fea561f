import { useEffect } from "preact/hooks";
import type { RouteStatus } from "../../gateway/admin/status-contract.ts";
import type { Assessment } from "../../gateway/evidence/assessment.ts";
import type { Stage } from "../../gateway/routes/route.ts";
import { operator, type ReportShown } from "../api/operator.ts";
import { ApiProblem } from "../api/problem.ts";
import { NEXT_GATED } from "../parts/next-gated.ts";
import { store, useStore } from "../store.ts";

/** What the gate says of one route and one target. */
export interface Judged {
  /** Null when there is none, and `problem` says why. */
  readonly report: ReportShown["routes"][number] | null;
  readonly problem: ApiProblem | null;
  /** By `performance.now()`. */
  readonly readAt: number;
}

const FRESH_MS = 10_000;
/** Rows of a table come one after the other; a judgement of all of them is one question. */
const GATHERING_MS = 50;
const AT_ONCE = 25;

const known = store<ReadonlyMap<string, Judged>>(new Map());
const wanted = new Map<string, { route: string; to: Stage }>();
let isAsking = false;

/** What is known so far, for whatever is sorted by it. */
export function useJudgements(): (route: RouteStatus) => Assessment | null {
  const judged = useStore(known);
  return (route) => {
    const to = NEXT_GATED[route.stage];
    return to === null ? null : (judged.get(keyOf(route.id, to))?.report?.assessment ?? null);
  };
}

/** What the gate says, asked for anew while it is drawn; null until it is known, and when `to` is null. */
export function useJudged(route: string, to: Stage | null): Judged | null {
  const judged = useStore(known);
  const key = to === null ? null : keyOf(route, to);
  useEffect(() => {
    if (to === null) return undefined;
    const wish = () => want(route, to);
    wish();
    const timer = setInterval(wish, 1_000);
    return () => {
      clearInterval(timer);
      wanted.delete(keyOf(route, to));
    };
  }, [route, to]);
  return key === null ? null : (judged.get(key) ?? null);
}

/** After a change, what was judged before it says nothing. */
export function forgetJudgements(): void {
  const readAt = Number.NEGATIVE_INFINITY;
  known.set(new Map([...known.get()].map(([key, judged]) => [key, { ...judged, readAt }])));
}

function want(route: string, to: Stage): void {
  const key = keyOf(route, to);
  const age = performance.now() - (known.get().get(key)?.readAt ?? Number.NEGATIVE_INFINITY);
  if (age < FRESH_MS || document.hidden) return;
  wanted.set(key, { route, to });
  if (isAsking) return;
  isAsking = true;
  setTimeout(() => void askAll(), GATHERING_MS);
}

async function askAll(): Promise<void> {
  for (let [first] = wanted.values(); first !== undefined; [first] = wanted.values()) {
    const { to } = first;
    const routes = [...wanted.values()].filter((one) => one.to === to).map(({ route }) => route);
    await ask(routes.slice(0, AT_ONCE), to);
  }
  isAsking = false;
}

async function ask(routes: readonly string[], to: Stage): Promise<void> {
  const keys = routes.map((route) => keyOf(route, to));
  for (const key of keys) wanted.delete(key);
  const judged = new Map(known.get());
  try {
    const report = await operator.report(routes, to);
    const readAt = performance.now();
    for (const one of report.routes) judged.set(keyOf(one.route, to), { report: one, problem: null, readAt });
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const readAt = performance.now();
    for (const key of keys)
      judged.set(key, { report: judged.get(key)?.report ?? null, problem: error, readAt });
  }
  known.set(judged);
}

function keyOf(route: string, to: Stage): string {
  return `${to} ${route}`;
}
