import { setImmediate as turn } from "node:timers/promises";
import { alwaysClosed } from "../../gateway/breaker/always-closed.ts";
import type { Clock } from "../../gateway/clock.ts";
import { gateFor } from "../../gateway/config/gate-schema.ts";
import type { CorpusEntry, CorpusItem, CorpusProblem } from "../../gateway/corpus/corpus.ts";
import { readCorpus } from "../../gateway/corpus/read-corpus.ts";
import { writeCorpus } from "../../gateway/corpus/write-corpus.ts";
import { DEFAULT_REDACTION, redactor } from "../../gateway/diff/redact.ts";
import { rulesDigest } from "../../gateway/diff/rules-digest.ts";
import type { Assessable } from "../../gateway/evidence/assessment.ts";
import type { GatedStage } from "../../gateway/evidence/gate.ts";
import type { Decision } from "../../gateway/flags/decide.ts";
import { comparePool } from "../../gateway/judge/compare-pool.ts";
import { evidenceJudge } from "../../gateway/judge/evidence-judge.ts";
import { replay, type ReplayParts } from "../../gateway/replay/replay.ts";
import type { Route } from "../../gateway/routes/route.ts";
import { routeTable } from "../../gateway/routes/table.ts";
import { Budget } from "../../gateway/shadow/budget.ts";
import { budgetedMirror } from "../../gateway/shadow/budgeted-mirror.ts";
import { noRecorder } from "../../gateway/shadow/recorder.ts";
import { sampling } from "../../gateway/shadow/sampling.ts";
import { evidenceWriter, type EvidenceWriter } from "../../gateway/store/evidence-writer.ts";
import { memoryStore } from "../../gateway/store/memory.ts";
import { silentTelemetry } from "../../gateway/telemetry/silent.ts";
import type { Upstream, UpstreamResponse } from "../../gateway/upstreams/upstream.ts";
import { routeOf } from "../unit/routes/route-of.ts";
import { aRequest } from "./requests.ts";
import {
  chanceOf,
  CURRENT_VERSION,
  pairsOf,
  type SyntheticAnswer,
  type SyntheticRoute,
} from "./synthetic-routes.ts";

/** When the first request of either way is made. */
const START = Date.UTC(2026, 10, 18, 14);
const DAY_MS = 24 * 60 * 60 * 1000;
/** As shipped. */
const BUDGET = { concurrency: 64, bytes: 64 * 1024 * 1024, perSecond: 200, lagMs: 100 };
const DECISION: Decision = {
  primary: "legacy",
  shadow: "function",
  reason: "stage-shadow",
  stage: "shadow",
  bucket: null,
  flagVersion: "1",
};

/**
 * The sides of a route behind the port through which they are asked, and time, which passes only while they answer. So the
 * same requests take as long on either way.
 */
class Sides {
  readonly #synthetic: SyntheticRoute;
  /** How often legacy was asked each. */
  readonly #asked = new Map<number, number>();
  #elapsed = 0;
  readonly clock: Clock = { now: () => START + Math.floor(this.#elapsed), elapsed: () => this.#elapsed };

  constructor(synthetic: SyntheticRoute) {
    this.#synthetic = synthetic;
  }

  readonly legacy = this.#upstream("legacy", (n) => {
    const asked = this.#asked.get(n) ?? 0;
    this.#asked.set(n, asked + 1);
    return this.#synthetic.legacy(n, asked);
  });
  readonly function = this.#upstream("function", (n) => this.#synthetic.function(n));

  #upstream(name: string, answerTo: (n: number) => SyntheticAnswer): Upstream {
    return {
      name,
      send: async ({ target }) => {
        const n = /^\/synthetic\/.*\/(\d+)$/.exec(target.path)?.[1];
        // A replay first asks whether anybody is there.
        if (n === undefined) return { status: 404, reason: "", headers: [], body: Buffer.alloc(0) };
        const { status, headers, body, durationMs } = answerTo(Number(n));
        // In steps that add up without rounding, or a duration would depend on when it was measured.
        this.#elapsed += Math.round(durationMs * 1024) / 1024;
        const answer: UpstreamResponse = { status, reason: "", headers, body: Buffer.from(body) };
        return name === "legacy" ? answer : { ...answer, executedVersion: this.#synthetic.version };
      },
    };
  }
}

/** What is known of a route at the end of a way, and when it is asked whether it may move: wall-clock milliseconds. */
export interface Gathered {
  readonly facts: Assessable;
  readonly askedAt: number;
}

/** A way from requests to evidence. */
class Way implements AsyncDisposable {
  readonly sides: Sides;
  readonly route: Route;
  readonly store = memoryStore();
  /** What ought not to have happened. */
  readonly unexpected: unknown[] = [];
  readonly #synthetic: SyntheticRoute;
  readonly #comparer = comparePool();

  constructor(synthetic: SyntheticRoute) {
    const { name, rules } = synthetic;
    this.#synthetic = synthetic;
    this.sides = new Sides(synthetic);
    this.route = { ...routeOf(`GET * /synthetic/${name}/{n}`), id: name, compare: rules };
  }

  judge(writer: EvidenceWriter) {
    return evidenceJudge({
      clock: this.sides.clock,
      comparer: this.#comparer,
      writer,
      environment: "test",
      legacyBuildHeader: null,
      redactor: redactor(DEFAULT_REDACTION, Buffer.alloc(32, 1)),
      onUnexpected: (error) => this.unexpected.push(error),
    });
  }

  async gathered(to: GatedStage, live: Assessable["live"]): Promise<Gathered> {
    if (this.unexpected.length > 0) throw new Error(`evidence was lost: ${this.unexpected.join(", ")}`);
    const { name, methods, rulesNow, ageMs } = this.#synthetic;
    const current = {
      functionVersion: CURRENT_VERSION,
      legacyBuild: "",
      environment: "test",
      rulesDigest: rulesDigest(rulesNow),
    };
    const gate = gateFor(undefined, undefined, to);
    const evidence = await this.store.summaries({});
    const asked = { route: name, methods, stage: "shadow", percent: null, to, gate, current } as const;
    return {
      facts: { ...asked, evidence, rejudged: [], live },
      askedAt: this.sides.clock.now() + ageMs,
    };
  }

  [Symbol.asyncDispose]() {
    return this.#comparer.stop();
  }
}

/** Each request is answered by legacy and copied to the function, as a gateway does it. */
export async function throughShadow(synthetic: SyntheticRoute, to: GatedStage): Promise<Gathered> {
  await using way = new Way(synthetic);
  const { route, store, unexpected } = way;
  const { clock, legacy, function: fn } = way.sides;
  const writer = evidenceWriter(store, {
    clock,
    retention: { countsForMs: 1e13, samplesForMs: 1e13, samplesMaxBytes: 1e9 },
    closeMs: 30_000,
    onLost: (reason) => unexpected.push(reason),
    onTrouble: (problem) => unexpected.push(problem),
  });
  const judge = way.judge(writer);
  const budget = new Budget(
    () => BUDGET,
    clock,
    () => 0,
  );
  let drawn = 0;
  const mirror = budgetedMirror({
    clock,
    telemetry: { ...silentTelemetry, unexpected: ({ error }) => unexpected.push(error) },
    judge,
    recorder: noRecorder,
    budget,
    sampling: sampling(clock),
    sides: () => ({ legacy, function: fn, rehearsal: null }),
    breaker: () => alwaysClosed,
    bodyBytes: 1024 * 1024,
    random: () => chanceOf(drawn++, 5),
  });
  for (const pair of pairsOf(synthetic)) {
    const request = aRequest(pair.request);
    const copying = mirror.consider(request, route, DECISION);
    const answer = await legacy.send(request, { timeoutMs: route.timeoutMs, signal: request.signal });
    copying?.watch(answer);
    copying?.answered({ by: "legacy", complete: true });
    while (budget.underWay > 0) await turn();
  }
  judge.finish();
  await writer.close();
  const breaker = { state: "closed", lastOpenAt: null, startedAt: START - DAY_MS } as const;
  return way.gathered(to, { breakers: { clients: breaker, copies: breaker }, disagreements: [] });
}

/** The same requests are written to a file, and what is read from it is sent to both sides. */
export async function throughCorpus(
  synthetic: SyntheticRoute,
  to: GatedStage,
  file: string,
): Promise<Gathered> {
  await using way = new Way(synthetic);
  const { route, store, sides } = way;
  await writeCorpus(file, recordedOf(synthetic), fail);
  await store.start();
  const parts: ReplayParts = {
    clock: sides.clock,
    table: routeTable([route]),
    legacy: sides.legacy,
    functionOf: () => sides.function,
    store,
    judge: (writer) => way.judge(writer),
  };
  // One after the other: the time that passes while somebody answers is nobody else's.
  await replay(() => entriesIn(file), parts, { concurrency: 1 });
  return way.gathered(to, null);
}

/** The requests as a gateway had recorded them days before. */
async function* recordedOf(synthetic: SyntheticRoute): AsyncGenerator<CorpusItem> {
  const at = START - 3 * DAY_MS;
  yield { kind: "head", head: { source: "record", createdAt: at, redacted: false } };
  let n = 0;
  for (const { request, primary } of pairsOf(synthetic)) {
    const entry: CorpusEntry = {
      id: `r-${n++}`,
      at,
      session: null,
      route: synthetic.name,
      request: { ...request, headers: ["Host", "shop.example.com"], body: Buffer.alloc(0), isWhole: true },
      answer: { ...primary, body: Buffer.from(primary.body), isWhole: true },
    };
    yield { kind: "entry", entry };
  }
}

async function* entriesIn(file: string): AsyncGenerator<CorpusEntry> {
  for await (const item of readCorpus(file)) {
    if (item.kind === "problem") fail(item.problem);
    if (item.kind === "entry") yield item.entry;
  }
}

function fail({ line, message }: CorpusProblem): void {
  throw new Error(`line ${line}: ${message}`);
}
