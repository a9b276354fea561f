import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { Redactor } from "../diff/redact.ts";
import { rulesDigest } from "../diff/rules-digest.ts";
import type { Route } from "../routes/route.ts";
import type { Judge, Pair } from "../shadow/judge.ts";
import type { EvidenceKey, Sample } from "../store/evidence-store.ts";
import type { EvidenceWriter } from "../store/evidence-writer.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { Comparer } from "./compare-pool.ts";
import { incrementOf, noiseAlone } from "./increment-of.ts";
import { keyCounters } from "./key-counters.ts";
import { ranIn, type Builds } from "./builds.ts";
import { sampleLimit } from "./sample-limit.ts";

export interface JudgeParts {
  readonly clock: Clock;
  readonly comparer: Comparer;
  readonly writer: EvidenceWriter;
  readonly redactor: Pick<Redactor, "comparison"> & {
    sample(sample: Sample): Sample | Promise<Sample>;
  };
  /** "prod", "staging"; empty when unnamed. */
  readonly environment: string;
  /** Field of legacy's answers that says which build it is, lower-case; null when none does. */
  readonly legacyBuildHeader: string | null;
  readonly onUnexpected: (error: unknown) => void;
}

/** A judge that holds some of what it counted back. */
export interface EvidenceJudge extends Judge {
  /** Hands over what was held back; called before the writer is closed. */
  finish(): void;
}

/** Compares pairs, takes their secrets out, and hands what is left to the store. */
export function evidenceJudge(parts: JudgeParts): EvidenceJudge {
  const { clock, comparer, writer, redactor, environment } = parts;
  const mayKeep = sampleLimit(clock);
  const counted = keyCounters(clock);
  /** What ran last, as long as a route stays as it is configured. */
  const ranLast = new WeakMap<Route, Builds>();

  const keyOf = (route: Route, candidate: Side): EvidenceKey => ({
    routeId: route.id,
    candidate,
    ...(ranLast.get(route) ?? { functionVersion: "", legacyBuild: "" }),
    rulesDigest: rulesDigest(route.compare),
    environment,
  });

  /** The key for what is dropped, made once for as long as the same builds run: most requests are dropped. */
  const droppedAs = new WeakMap<
    Route,
    { builds: Builds | undefined; keys: Partial<Record<Side, EvidenceKey>> }
  >();
  const keyOfDropped = (route: Route, candidate: Side): EvidenceKey => {
    const builds = ranLast.get(route);
    let known = droppedAs.get(route);
    if (known === undefined || known.builds !== builds) {
      known = { builds, keys: {} };
      droppedAs.set(route, known);
    }
    return (known.keys[candidate] ??= keyOf(route, candidate));
  };

  const remember = async (pair: Pair, comparison: Comparison, secondary: Comparison | null) => {
    const { route, candidateSide, request, body, primary, candidate, at } = pair;
    const before = ranLast.get(route);
    const builds = ranIn(pair, parts.legacyBuildHeader, before);
    if (!isDeepStrictEqual(builds, before)) ranLast.set(route, builds);
    const key = keyOf(route, candidateSide);
    const noise = counted.noise(key, comparison, secondary);
    if (comparison.identical || !mayKeep(route.id)) {
      const safe = comparison.identical ? comparison : redactor.comparison(comparison);
      return writer.record(incrementOf(key, pair, safe, { groups: counted.groups(key, safe), noise }), null);
    }
    const { id, method, target, headers } = request;
    const asSent = { method, target: target.raw, headers, body };
    const whole: Sample = { id, key, at, request: asSent, primary, candidate, comparison };
    const sample = await redactor.sample(whole);
    const groups = counted.groups(key, sample.comparison);
    writer.record(incrementOf(key, pair, sample.comparison, { groups, noise }), sample);
  };

  return {
    async judge(pair) {
      try {
        const { primary, candidate, secondary, route } = pair;
        const comparison = await comparer.compare(primary, candidate, route.compare, clock.now());
        if (comparison === null) return { drop: "compare-queue" };
        const again =
          secondary === null ? null : await comparer.compare(primary, secondary, route.compare, clock.now());
        await remember(pair, comparison, again);
        return comparison.verdict;
      } catch (error) {
        parts.onUnexpected(error);
        return { drop: "judge-failed" };
      }
    },
    dropped(route, candidateSide, reason) {
      writer.dropped(keyOfDropped(route, candidateSide), reason);
    },
    finish() {
      for (const { key, noise } of counted.rest()) writer.record(noiseAlone(key, noise, clock.now()), null);
    },
  };
}
