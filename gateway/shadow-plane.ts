import { join } from "node:path";
import { breakerRegistry, type BreakerStatus } from "./breaker/registry.ts";
import { opossumBreaker } from "./breaker/opossum.ts";
import type { Clock } from "./clock.ts";
import type { Settings } from "./config/env.ts";
import type { GatewayConfig } from "./config/gateway-config.ts";
import { lazyCorpus } from "./corpus/lazy-corpus.ts";
import { recordings, type Recordings } from "./corpus/recordings.ts";
import { DEFAULT_REDACTION, redactor } from "./diff/redact.ts";
import type { Routing } from "./gateway.ts";
import type { Overload } from "./http/overload.ts";
import { comparePool } from "./judge/compare-pool.ts";
import { evidenceJudge } from "./judge/evidence-judge.ts";
import { redactionKey } from "./judge/redaction-key.ts";
import { sampleRedactor } from "./judge/sample-redactor.ts";
import { Budget } from "./shadow/budget.ts";
import { budgetedMirror } from "./shadow/budgeted-mirror.ts";
import { eventLoopLag } from "./shadow/event-loop-lag.ts";
import type { Mirror } from "./shadow/mirror.ts";
import { sampling } from "./shadow/sampling.ts";
import type { EvidenceWriter } from "./store/evidence-writer.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** Everything behind an answered client: copies, comparisons, evidence. */
export interface ShadowPlane extends AsyncDisposable {
  readonly mirror: Mirror;
  /** Traffic into files. */
  readonly recordings: Pick<Recordings, "start">;
  /** Requests that are being copied. */
  copiesInFlight(): number;
  /** Of copies. */
  breakers(): readonly BreakerStatus[];
  /** Takes a new configuration into use. */
  reload(config: GatewayConfig): void;
}

interface PlaneParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly routing: () => Routing;
  /** Takes what is found; closed by whoever made it. */
  readonly evidence: EvidenceWriter;
  readonly overload: Pick<Overload, "shedsCopies">;
  /** Of the file that keeps writes in place of copies of them. */
  readonly keptWritesName: string;
}

export async function shadowPlane(
  first: GatewayConfig,
  settings: Settings,
  { clock, telemetry, routing, overload, evidence: writer, keptWritesName }: PlaneParts,
): Promise<ShadowPlane> {
  await using parts = new AsyncDisposableStack();
  let config = first;
  const { evidence } = first;
  const comparer = comparePool();
  parts.defer(() => comparer.stop());
  const lag = eventLoopLag();
  parts.defer(() => lag.stop());
  const breakers = breakerRegistry((routeId, side, breaker) =>
    opossumBreaker(`${routeId}:${side}:shadow`, breaker, {
      clock,
      onChange: (state) => telemetry.breakerChanged({ routeId, side, traffic: "copies", state }),
    }),
  );
  breakers.reload(config.routes);
  parts.defer(() => breakers.stop());

  const key = await redactionKey(join(settings.dataFolder, "redaction-key"));
  const settingsOf = (of: GatewayConfig) => ({ ...DEFAULT_REDACTION, ...of.redact });
  let redact = redactor(settingsOf(first), key);
  const samples = sampleRedactor(settingsOf(first), key);
  parts.defer(() => samples.stop());
  const recording = recordings({
    redactor: { sample: (sample) => redact.sample(sample) },
    key,
    sessionBy: () => config.stickyBy,
    keptWrites: lazyCorpus(join(settings.dataFolder, "recorded"), keptWritesName, () => clock.now()),
    onWriteFailed: (error) => telemetry.unexpected({ where: "recording", error }),
  });
  parts.defer(() => recording.close());
  const judge = evidenceJudge({
    clock,
    comparer,
    writer,
    redactor: samples,
    environment: evidence.environment,
    legacyBuildHeader: evidence.legacyBuildHeader,
    onUnexpected: (error) => telemetry.unexpected({ where: "compare", error }),
  });
  parts.defer(() => judge.finish());
  // An overloaded process is a late one to copies: they go first.
  const lateness = () => (overload.shedsCopies ? Infinity : lag.lagMs());
  const budget = new Budget(() => config.mirror, clock, lateness);
  const mirror = budgetedMirror({
    clock,
    telemetry,
    judge,
    recorder: recording.recorder,
    budget,
    sampling: sampling(clock),
    sides: (route) => routing().shadowSides(route),
    breaker: (route, side) => breakers.breaker(route, side),
    bodyBytes: first.mirror.bodyBytes,
    random: Math.random,
  });
  const owned = parts.move();
  return {
    mirror,
    recordings: recording,
    copiesInFlight: () => budget.underWay,
    breakers: () => breakers.states(),
    reload(next) {
      config = next;
      // At once: whoever finds a secret in the evidence names it here.
      redact = redactor(settingsOf(next), key);
      samples.use(settingsOf(next));
      breakers.reload(next.routes);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
