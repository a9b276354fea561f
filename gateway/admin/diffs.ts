import { judgeFields, type NoiseVerdict } from "../diff/noise-verdict.ts";
import type { Comparison } from "../diff/comparison.ts";
import type { Observation } from "../diff/observation.ts";
import { suggestRules } from "../diff/suggest.ts";
import { isUtf8 } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import type { EvidenceKey, Group, Sample, Summary } from "../store/evidence-store.ts";
import type { AdminParts } from "./admin-parts.ts";
import type { Diffs, DiffsRequest } from "./contract.ts";
import { findRoute } from "./find-route.ts";
import { unreadEvidence } from "./unread-evidence.ts";

/** How the two sides differed, as far back as is asked. Rejects with a Refusal. */
export async function diffsOf(parts: AdminParts, request: DiffsRequest): Promise<Diffs> {
  const { route, since, at, limit } = request;
  if (route !== undefined) findRoute(parts.table(), route);
  const query = { ...(route !== undefined && { routeId: route }), ...(since !== undefined && { since }) };
  try {
    const summaries = await parts.evidence.summaries(query);
    const samples = at === undefined ? [] : await parts.evidence.samples({ ...query, at, limit });
    const recent = route === undefined ? [] : await parts.evidence.samples({ ...query, limit: RECENT });
    return {
      evidence: summaries.map((summary) => shownSummary(summary, recent)),
      samples: samples.map(shownSample),
    };
  } catch (error) {
    throw unreadEvidence(error);
  }
}

/** Samples by which is told what a suggested rule would hide. */
const RECENT = 200;

function shownSummary(summary: Summary, recent: readonly Sample[]): Diffs["evidence"][number] {
  const { key, counts, dropped, coverage, groups, noise } = summary;
  const verdicts = new Map(judgeFields(noise).map(({ at, verdict }) => [at, verdict]));
  return {
    route: key.routeId,
    candidate: key.candidate,
    functionVersion: key.functionVersion,
    rules: key.rulesDigest,
    environment: key.environment,
    firstAt: iso(summary.firstAt),
    lastAt: iso(summary.lastAt),
    counts,
    dropped,
    coverage,
    groups: groups.map((group) => shownGroup(group, counts.compared, verdicts)),
    suggestions: suggestRules(noise, comparisonsOf(key, recent)).map(({ rule, ...shown }) => ({
      at: shown.at,
      sentence: shown.sentence,
      list: rule.sort === "array" ? "arrays" : "matchers",
      paste: shown.paste,
      hides: shown.hides,
    })),
  };
}

function comparisonsOf(key: EvidenceKey, samples: readonly Sample[]): Comparison[] {
  return samples.filter((sample) => isDeepStrictEqual(sample.key, key)).map(({ comparison }) => comparison);
}

function shownGroup(
  { at, kind, pairs, ignoredPairs, firstAt, lastAt, examples }: Group,
  compared: number,
  verdicts: ReadonlyMap<string, NoiseVerdict>,
): Diffs["evidence"][number]["groups"][number] {
  return {
    at,
    kind,
    pairs,
    ignoredPairs,
    percent: compared === 0 ? 0 : (100 * pairs) / compared,
    noise: verdicts.get(at) ?? null,
    firstAt: iso(firstAt),
    lastAt: iso(lastAt),
    examples: [...examples],
  };
}

function shownSample({ id, at, request, primary, candidate, comparison }: Sample): Diffs["samples"][number] {
  const { verdict, differences } = comparison;
  return {
    id,
    at: iso(at),
    request: `${request.method} ${request.target}`,
    verdict,
    differences: differences.map(({ at: place, kind, primary: ours, candidate: theirs }) => ({
      at: place,
      kind,
      primary: ours,
      candidate: theirs,
    })),
    primary: shownObservation(primary),
    candidate: shownObservation(candidate),
  };
}

/** A body as text, as far as it is text. */
function shownObservation(observation: Observation): Diffs["samples"][number]["primary"] {
  if (observation.kind === "failed") return { status: null, failure: observation.failure, body: "" };
  const { bytes, length } = observation.body;
  const body = isUtf8(bytes) ? bytes.toString() : `(${length} bytes)`;
  return { status: observation.status, failure: null, body };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
