import { Worker } from "node:worker_threads";
import { compare } from "../diff/compare.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import type { CompareRules } from "../diff/rules.ts";
import type { CompareCall } from "./compare-call.ts";

/** Compares without ever holding up a request. */
export interface Comparer {
  /** Null when too much is waiting already. Never rejects. */
  compare(
    primary: Observation,
    candidate: Observation,
    rules: CompareRules,
    now: number,
  ): Promise<Comparison | null>;
  stop(): Promise<void>;
}

export interface ComparePoolOptions {
  /** Bodies up to this size, not compressed, are compared at once: handing them over would cost more. */
  readonly inlineBytes?: number;
  /** Comparisons that may wait for the thread. */
  readonly maxWaiting?: number;
  /** After this long a comparison is given up, with the thread that is at it. */
  readonly deadlineMs?: number;
}

/** The worker as source, or next to this file once that is compiled. */
const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "./compare-worker.ts" : "./compare-worker.js",
  import.meta.url,
);

const GIVEN_UP: Comparison = {
  verdict: "inconclusive",
  identical: false,
  differences: [],
  ignored: [],
  truncated: false,
  reason: "too-complex",
};

/** Compares what is small or the same at once, and the rest in a thread with a deadline. */
export function comparePool(options: ComparePoolOptions = {}): Comparer {
  const { inlineBytes = 8 * 1024, maxWaiting = 64, deadlineMs = 5_000 } = options;
  const waiting: Job[] = [];
  let underWay: Job | undefined;
  let thread: Worker | undefined;
  let timer: NodeJS.Timeout | undefined;

  const settle = (comparison: Comparison) => {
    clearTimeout(timer);
    const job = underWay;
    underWay = undefined;
    job?.done(comparison);
    next();
  };
  const giveUp = () => {
    const lost = thread;
    thread = undefined;
    lost?.removeAllListeners();
    // Once it is told to end, nothing that it still says counts.
    lost?.on("error", () => undefined);
    void lost?.terminate();
    settle(GIVEN_UP);
  };
  const started = () => {
    const worker = new Worker(WORKER);
    worker.on("message", settle);
    worker.on("error", giveUp);
    worker.on("exit", giveUp);
    worker.unref();
    return worker;
  };
  const next = () => {
    if (underWay !== undefined) return;
    underWay = waiting.shift();
    if (underWay === undefined) return;
    thread ??= started();
    timer = setTimeout(giveUp, deadlineMs).unref();
    thread.postMessage(underWay.call, []);
  };

  return {
    compare(primary, candidate, rules, now) {
      if (isQuick(primary, candidate, inlineBytes)) {
        return Promise.resolve(compare(primary, candidate, rules, now));
      }
      if (waiting.length >= maxWaiting) return Promise.resolve(null);
      return new Promise((done) => {
        waiting.push({ call: { primary, candidate, rules, now }, done });
        next();
      });
    },
    async stop() {
      clearTimeout(timer);
      const ending = thread;
      thread = undefined;
      ending?.removeAllListeners();
      await ending?.terminate();
      for (const { done } of [underWay, ...waiting.splice(0)].filter((job) => job !== undefined))
        done(GIVEN_UP);
      underWay = undefined;
    },
  };
}

interface Job {
  readonly call: CompareCall;
  readonly done: (comparison: Comparison) => void;
}

function isQuick(a: Observation, b: Observation, inlineBytes: number): boolean {
  if (a.kind === "failed" || b.kind === "failed") return true;
  if (a.body.bytes.equals(b.body.bytes)) return true;
  return [a, b].every(({ body, headers }) => body.length <= inlineBytes && !isEncoded(headers));
}

/** A few compressed bytes may be a great many. */
function isEncoded(headers: readonly string[]): boolean {
  return headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === "content-encoding");
}
