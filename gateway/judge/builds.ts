import type { Observation } from "../diff/observation.ts";
import { firstValue } from "../http/headers.ts";
import type { Pair } from "../shadow/judge.ts";
import type { EvidenceKey } from "../store/evidence-store.ts";

/** What answered: the function's version as executed, and the monolith's build; empty where nobody says. */
export type Builds = Pick<EvidenceKey, "functionVersion" | "legacyBuild">;

/** Characters of a build; it becomes part of a key. */
const MAX_BUILD = 100;

/**
 * What ran in a pair. Who gave no answer, or does not say, is taken for what ran before: a version that only ever fails in
 * a way that names no version would else have no failures. `buildHeader` is lower-case; null when legacy has none.
 */
export function ranIn(
  { primary, candidate, candidateSide }: Pick<Pair, "primary" | "candidate" | "candidateSide">,
  buildHeader: string | null,
  before: Builds = { functionVersion: "", legacyBuild: "" },
): Builds {
  const isTurned = candidateSide === "legacy";
  const [legacy, fn] = isTurned ? [candidate, primary] : [primary, candidate];
  return {
    functionVersion: versionOf(fn) ?? before.functionVersion,
    legacyBuild: buildOf(legacy, buildHeader) ?? before.legacyBuild,
  };
}

function versionOf(fn: Observation): string | null {
  return fn.kind === "answered" ? fn.version : null;
}

function buildOf(legacy: Observation, header: string | null): string | null {
  if (legacy.kind === "failed" || header === null) return null;
  return firstValue(legacy.headers, header)?.slice(0, MAX_BUILD) ?? null;
}
