import { join } from "node:path";
import { liveReport } from "../admin/report.ts";
import { systemClock as clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { CorpusEntry, CorpusProblem } from "../corpus/corpus.ts";
import { readCorpus } from "../corpus/read-corpus.ts";
import { DEFAULT_REDACTION, redactor } from "../diff/redact.ts";
import { assess } from "../evidence/assess.ts";
import type { GatedStage } from "../evidence/gate.ts";
import { NO_FLAGS } from "../flags/flag-source.ts";
import { comparePool } from "../judge/compare-pool.ts";
import { evidenceJudge } from "../judge/evidence-judge.ts";
import { redactionKey } from "../judge/redaction-key.ts";
import { replay, type ReplayOptions, type ReplayResult } from "../replay/replay.ts";
import { reportOf } from "../report/report-of.ts";
import type { Report } from "../report/report.ts";
import { routings } from "../routing.ts";
import type { Route } from "../routes/route.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import { silentTelemetry } from "../telemetry/silent.ts";

export interface CorpusRun {
  readonly file: string;
  /** Started; what is seen goes there. */
  readonly store: EvidenceStore;
  readonly options: ReplayOptions;
  /** Share of safe requests that legacy is asked a second time, 0–100; as routes.yaml has it when absent. */
  readonly secondaryPercent?: number | undefined;
  /** What of the corpus cannot be used. */
  readonly onProblem: (problem: CorpusProblem) => void;
}

/** Sends a corpus to both sides, as routes.yaml names them, and has what they answer compared. */
export async function runCorpus(
  config: GatewayConfig,
  settings: Settings,
  { file, store, options, secondaryPercent, onProblem }: CorpusRun,
): Promise<ReplayResult> {
  await using parts = new AsyncDisposableStack();
  const comparer = comparePool();
  parts.defer(() => comparer.stop());
  const all = routings(withSecondary(config, secondaryPercent), {
    clock,
    telemetry: silentTelemetry,
    viaName: "banyan-replay",
  });
  parts.defer(() => all.close());
  const { table, legacy, functions } = all.current();
  const key = await redactionKey(join(settings.dataFolder, "redaction-key"));
  const redact = redactor({ ...DEFAULT_REDACTION, ...config.redact }, key);
  const { environment, legacyBuildHeader } = config.evidence;
  return replay(
    corpusIn(file, onProblem),
    {
      clock,
      table,
      legacy,
      functionOf: ({ id }) => functions.get(id) ?? null,
      store,
      judge: (writer) =>
        evidenceJudge({
          clock,
          comparer,
          writer,
          environment,
          legacyBuildHeader,
          redactor: redact,
          onUnexpected: (error) => {
            throw error;
          },
        }),
    },
    options,
  );
}

/** The entries, as often as they are asked for; problems are told the first time. */
function corpusIn(
  file: string,
  onProblem: (problem: CorpusProblem) => void,
): () => AsyncIterable<CorpusEntry> {
  let passes = 0;
  return async function* entries() {
    const isFirst = passes++ === 0;
    for await (const item of readCorpus(file)) {
      if (item.kind === "entry") yield item.entry;
      else if (item.kind === "problem" && isFirst) onProblem(item.problem);
    }
  };
}

function withSecondary(config: GatewayConfig, percent: number | undefined): GatewayConfig {
  if (percent === undefined) return config;
  const asking = (route: Route): Route => ({
    ...route,
    shadow: { ...route.shadow, secondaryPercent: percent },
  });
  return { ...config, routes: config.routes.map(asking) };
}

/** What a run through a corpus says of its routes. */
export async function corpusReport(
  config: GatewayConfig,
  settings: Settings,
  {
    file,
    store,
    result,
    to,
  }: Pick<CorpusRun, "file" | "store"> & {
    readonly result: ReplayResult;
    readonly to: GatedStage | undefined;
  },
): Promise<Report> {
  const { routeTable } = await import("../routes/table.ts");
  const table = routeTable(config.routes);
  const report = await liveReport(
    {
      table: () => table,
      flags: {
        current: () => NO_FLAGS,
        health: () => ({ fresh: true, lastReadAt: null, problem: null }),
      },
      clock,
      evidence: store,
      environment: config.evidence.environment,
      configFile: settings.configFile,
      live: null,
    },
    { routes: [], to },
  );
  const left = Object.entries(result.outcomes).filter(([outcome]) => !VERDICTS.has(outcome));
  return reportOf(
    {
      ...report,
      source: { ...report.source, kind: "corpus", names: [file] },
      left: Object.fromEntries(left),
    },
    assess,
  );
}

const VERDICTS = new Set(["match", "ignored", "mismatch", "inconclusive"]);
