import type { LambdaTarget } from "../../routes/function-target.ts";
import type { Invoker } from "./invoker.ts";

/** One round of calls of one function. */
export interface Warmed {
  readonly functionName: string;
  readonly calls: number;
  /** Calls that were not taken; a function that took its call and failed is warm all the same. */
  readonly failures: readonly Error[];
}

/** What a function is called with that is only to be kept warm; it should answer at once. */
export const WARM_EVENT = { source: "banyan.keep-warm" };

/**
 * Calls functions from time to time so that some of their execution environments stay up. All calls of a round overlap, or
 * one environment would take them all. They are no traffic: no route, breaker or count knows of them.
 */
export function keepWarm(
  targets: readonly LambdaTarget[],
  invoker: Pick<Invoker, "invoke">,
  onRound: (round: Warmed) => void,
): { readonly stop: () => void } {
  const ended = new AbortController();
  const timers = distinct(targets).map((target) => {
    const round = () => void warm(target, invoker, ended.signal).then(onRound);
    round();
    return setInterval(round, target.keepWarm!.everyMs).unref();
  });
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
      ended.abort();
    },
  };
}

/** Routes may share a function; the most demanding of them counts. */
function distinct(targets: readonly LambdaTarget[]): LambdaTarget[] {
  const byName = new Map<string, LambdaTarget>();
  for (const target of targets) {
    if (target.keepWarm === null) continue;
    const key = `${target.name}:${target.qualifier}`;
    const known = byName.get(key)?.keepWarm;
    if (known == null || known.concurrency < target.keepWarm.concurrency) byName.set(key, target);
  }
  return [...byName.values()];
}

/** Longer than any cold start should take. */
const ROUND_LIMIT_MS = 30_000;

async function warm(
  { name, qualifier, keepWarm: settings }: LambdaTarget,
  invoker: Pick<Invoker, "invoke">,
  ended: AbortSignal,
): Promise<Warmed> {
  const payload = Buffer.from(JSON.stringify(WARM_EVENT));
  const limits = { timeoutMs: ROUND_LIMIT_MS, signal: ended };
  const calls = Array.from({ length: settings?.concurrency ?? 0 }, () =>
    invoker.invoke({ functionName: name, qualifier, payload }, limits),
  );
  const outcomes = await Promise.allSettled(calls);
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" && !ended.aborted ? [asError(outcome.reason)] : [],
  );
  return { functionName: `${name}:${qualifier}`, calls: calls.length, failures };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
