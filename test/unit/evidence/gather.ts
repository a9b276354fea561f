import { gateFor } from "../../../gateway/config/gate-schema.ts";
import type { AnsweredObservation } from "../../../gateway/diff/observation.ts";
import { DEFAULT_REDACTION, redactor } from "../../../gateway/diff/redact.ts";
import { rulesDigest } from "../../../gateway/diff/rules-digest.ts";
import type { Assessable } from "../../../gateway/evidence/assessment.ts";
import { comparePool } from "../../../gateway/judge/compare-pool.ts";
import { evidenceJudge } from "../../../gateway/judge/evidence-judge.ts";
import type { Sample } from "../../../gateway/store/evidence-store.ts";
import { evidenceWriter } from "../../../gateway/store/evidence-writer.ts";
import { memoryStore } from "../../../gateway/store/memory.ts";
import {
  chanceOf,
  CURRENT_VERSION,
  pairsOf,
  type SyntheticAnswer,
  type SyntheticRoute,
} from "../../support/synthetic-routes.ts";
import { routeOf, targetOf } from "../routes/route-of.ts";

export const NOW = Date.UTC(2026, 10, 21, 14);
const APART_MS = 100;
const CLOSED = { state: "closed", lastOpenAt: null, startedAt: NOW - 1e8 } as const;

/** What is known of a synthetic route after all of its pairs went through judge, writer and store. */
export async function gathered(
  synthetic: SyntheticRoute,
): Promise<{ readonly facts: Assessable; readonly samples: readonly Sample[] }> {
  const store = memoryStore();
  let now = NOW - synthetic.ageMs - synthetic.requests * APART_MS;
  const clock = { now: () => now, elapsed: () => now };
  const retention = { countsForMs: 1e13, samplesForMs: 1e13, samplesMaxBytes: 1e9 };
  const unexpected: unknown[] = [];
  const writer = evidenceWriter(store, {
    clock,
    retention,
    closeMs: 30_000,
    onLost: (reason) => unexpected.push(reason),
    onTrouble: (problem) => unexpected.push(problem),
  });
  const comparer = comparePool({ inlineBytes: Number.POSITIVE_INFINITY, maxWaiting: 10_000 });
  const judge = evidenceJudge({
    clock,
    comparer,
    writer,
    environment: "test",
    legacyBuildHeader: null,
    redactor: redactor(DEFAULT_REDACTION, Buffer.alloc(32, 1)),
    onUnexpected: (error) => unexpected.push(error),
  });
  const route = { ...routeOf("GET * /"), id: synthetic.name, compare: synthetic.rules };
  let n = 0;
  for (const { request, primary, candidate, secondary } of pairsOf(synthetic)) {
    now += APART_MS;
    await judge.judge({
      route,
      body: Buffer.alloc(0),
      candidateSide: "function",
      at: now,
      request: { id: `${n}`, method: request.method, target: targetOf(request.target), headers: [] },
      primary: observed(primary, null),
      candidate: observed(candidate, synthetic.version),
      secondary: chanceOf(n++, 5) < 0.05 ? observed(secondary, null) : null,
    });
  }
  judge.finish();
  await writer.close();
  await comparer.stop();
  if (unexpected.length > 0) throw new Error(`evidence was lost: ${unexpected.join(", ")}`);
  const facts: Assessable = {
    route: route.id,
    methods: synthetic.methods,
    stage: "shadow",
    percent: null,
    to: "cutover",
    gate: gateFor(undefined, undefined, "cutover"),
    current: {
      functionVersion: CURRENT_VERSION,
      legacyBuild: "",
      environment: "test",
      rulesDigest: rulesDigest(synthetic.rulesNow),
    },
    evidence: await store.summaries({}),
    rejudged: [],
    live: { breakers: { clients: CLOSED, copies: CLOSED }, disagreements: [] },
  };
  return { facts, samples: await store.samples({ limit: 1_000 }) };
}

function observed(
  { status, headers, body, durationMs }: SyntheticAnswer,
  version: string | null,
): AnsweredObservation {
  const bytes = Buffer.from(body);
  return {
    kind: "answered",
    status,
    headers,
    durationMs,
    version,
    body: { bytes, length: bytes.length, sha256: null },
  };
}
