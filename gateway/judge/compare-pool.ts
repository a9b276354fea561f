import { compare } from "../diff/compare.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import type { CompareRules } from "../diff/rules.ts";
import type { CompareCall } from "./compare-call.ts";
import { deadlineThread, type DeadlineThreadOptions } from "./deadline-thread.ts";

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

export interface ComparePoolOptions extends DeadlineThreadOptions {
  /** Bodies up to this size, not compressed, are compared at once: handing them over would cost more. */
  readonly inlineBytes?: number;
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
  const { inlineBytes = 8 * 1024, ...bounds } = options;
  const thread = deadlineThread<CompareCall, Comparison>(WORKER, bounds);
  return {
    async compare(primary, candidate, rules, now) {
      if (isQuick(primary, candidate, inlineBytes)) return compare(primary, candidate, rules, now);
      const compared = await thread.run({ primary, candidate, rules, now });
      if (compared === "busy") return null;
      return compared === "given-up" ? GIVEN_UP : compared;
    },
    stop: () => thread.stop(),
  };
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
