import { trustIn } from "./http/trust.ts";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { AdminParts } from "./admin/admin-parts.ts";
import { liveChanges } from "./admin/events-changes.ts";
import type { Observation } from "./audit/audit-log.ts";
import { fileAudit } from "./audit/file-audit.ts";
import { observedMoves } from "./audit/observed-moves.ts";
import { ownFlipsFirst } from "./audit/own-flips-first.ts";
import { systemClock as clock } from "./clock.ts";
import type { Settings } from "./config/env.ts";
import type { GatewayConfig } from "./config/gateway-config.ts";
import { renderProblems } from "./config/problems.ts";
import { readConfig } from "./config/read.ts";
import { reloads } from "./config/reloads.ts";
import { waitsForRestart } from "./config/waits-for-restart.ts";
import type { DataPath, PathParts } from "./data-path.ts";
import { NO_FLAGS } from "./flags/flag-source.ts";
import { configuredFlags } from "./flags/configured-flags.ts";
import { emergencyStop } from "./flags/emergency-stop.ts";
import { stopFile } from "./flags/stop-file.ts";
import { stoppable } from "./flags/stoppable.ts";
import { configuredWriter, evidenceStore } from "./store/configured-store.ts";
import { counters } from "./telemetry/counters.ts";
import { pinoTelemetry } from "./telemetry/pino.ts";
import { configuredSpans } from "./telemetry/configured-spans.ts";
import { tallying } from "./telemetry/tallies.ts";
import { tee } from "./telemetry/tee.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

/** A gateway with all its parts, reading its files, and not listening anywhere yet. */
export interface Assembly<Path extends DataPath> extends AsyncDisposable {
  readonly path: Path;
  readonly telemetry: Telemetry;
  /** What the operator's side works on. */
  readonly operated: Pick<
    AdminParts,
    | "table"
    | "flags"
    | "writer"
    | "stop"
    | "audit"
    | "evidence"
    | "environment"
    | "configFile"
    | "telemetry"
    | "clock"
  > &
    Pick<
      NonNullable<AdminParts["live"]>,
      | "breakers"
      | "copyBreakers"
      | "recordings"
      | "countsIn"
      | "workers"
      | "startedAt"
      | "counters"
      | "tallies"
      | "inFlight"
      | "copiesInFlight"
      | "lambdaEndpoint"
      | "prices"
      | "config"
      | "configProblem"
      | "problems"
      | "operators"
      | "trusts"
      | "changes"
      | "auditFile"
    >;
}

/** The gateway cannot start; the message is the whole report and says what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/**
 * Settings → parts. Rejects with a StartError when routes.yaml is not valid: a bad first configuration never runs.
 * `listeners` are told everything that the log is told. `makePath` makes what answers clients.
 */
export async function assemble<Path extends DataPath>(
  settings: Settings,
  listeners: readonly Telemetry[],
  makePath: (parts: PathParts) => Promise<Path>,
): Promise<Assembly<Path>> {
  await using parts = new AsyncDisposableStack();
  const config = await firstConfig(settings);
  const startedAt = clock.now();
  const counted = counters(clock);
  const { telemetry: tallied, tallies } = tallying();
  const changes = liveChanges();
  const spans = await configuredSpans(config, settings, {
    clock,
    onTrouble: (error) => telemetry.unexpected({ where: "traces", error }),
  });
  if (spans !== null) parts.use(spans);
  const telemetry: Telemetry = tee([
    pinoTelemetry({ level: settings.logLevel }),
    counted.telemetry,
    tallied,
    changes.telemetry,
    ...(spans === null ? [] : [spans.telemetry]),
    ...listeners,
  ]);
  telemetry.configLoaded({ file: settings.configFile, routes: config.routes.length, reloaded: false });

  let inUse = config;
  let path: Path | undefined;
  const flagsChanged = () => path?.flagsChanged() ?? Promise.resolve();
  /** Whoever changes something is answered when every request is decided by it. */
  const inForce = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      await flagsChanged();
    }
  };
  const tellPath = () => {
    flagsChanged().catch((error: unknown) => telemetry.unexpected({ where: "flags", error }));
  };

  const auditFile = join(settings.dataFolder, "audit.ndjson");
  const audit = ownFlipsFirst(fileAudit({ path: auditFile, clock }));
  // What nobody asked this gateway for is written down as well; when that fails, the flags count all the same.
  const observe = (observation: Observation) => {
    audit.observed(observation).catch((error: unknown) => telemetry.unexpected({ where: "audit", error }));
  };
  const killPath = join(settings.dataFolder, "kill");
  const killFile = stopFile(killPath, ({ everything, routes: stopped }) => {
    tellPath();
    telemetry.stopChanged({ everything, routes: [...stopped] });
    const to = everything ? "everything" : [...stopped].toSorted().join(", ") || "nothing";
    observe({ what: "stop", source: killPath, from: null, to, moves: [], problem: null });
  });
  let before = NO_FLAGS;
  const kept = config.flags.source;
  const stop = emergencyStop(killFile);
  const { flags: source, writer } = await configuredFlags(config, settings, {
    clock,
    onChange: (snapshot) => {
      tellPath();
      telemetry.flagsChanged({ version: snapshot.version, killed: snapshot.killed });
      const moves = observedMoves(before, snapshot);
      observe({ what: "flags", source: kept, from: null, to: snapshot.version, moves, problem: null });
      before = snapshot;
      stop.flagsSay(snapshot).catch((error: unknown) => telemetry.unexpected({ where: "kill file", error }));
    },
    onRejected: (problem) => {
      telemetry.flagsRejected({ problem });
      observe({ what: "flags", source: kept, from: null, to: null, moves: [], problem });
    },
  });
  const flags = stoppable(
    source,
    () => killFile.current(),
    (id) => inUse.routes.find((route) => route.id === id),
  );
  parts.defer(() => flags.stop());
  parts.defer(() => killFile.stop());
  await killFile.start();
  await flags.start();

  const store = await evidenceStore(config.evidence, settings);
  parts.defer(() => store.close());
  const evidence = configuredWriter(store, config.evidence, { clock, telemetry });
  parts.defer(() => evidence.close());

  const answering = parts.use(
    await makePath({
      config,
      settings,
      clock,
      telemetry,
      flags,
      evidence: { store, writer: evidence },
      counters: counted,
      tallies,
      changes,
      traced: spans !== null,
      viaName: `banyan-${randomBytes(4).toString("hex")}`,
    }),
  );
  path = answering;

  let waiting: readonly string[] = [];
  const use = (next: GatewayConfig) => {
    inUse = next;
    answering.reload(next);
    tellPath();
    const waited = waiting;
    waiting = waitsForRestart(config, next);
    if (!isDeepStrictEqual(waiting, waited))
      telemetry.configWaits({ file: settings.configFile, settings: waiting });
  };
  const reloading = parts.use(await reloads(settings, telemetry, use));

  // For when nothing else can be reached: `kill -USR2 PID`.
  const onStopSignal = () => {
    const signature = { by: "SIGUSR2", reason: "a signal" };
    stop.stop(null, signature).catch((error: unknown) => telemetry.unexpected({ where: "kill file", error }));
  };
  process.on("SIGUSR2", onStopSignal);
  parts.defer(() => void process.off("SIGUSR2", onStopSignal));

  const owned = parts.move();
  return {
    path: answering,
    telemetry,
    operated: {
      table: () => answering.table(),
      flags,
      writer: { apply: (change) => inForce(writer.apply(change)) },
      stop: {
        ...stop,
        stop: (...wish) => inForce(stop.stop(...wish)),
        resume: (...wish) => inForce(stop.resume(...wish)),
      },
      audit,
      evidence: store,
      environment: config.evidence.environment,
      configFile: settings.configFile,
      telemetry,
      clock,
      breakers: () => answering.breakers(),
      recordings: answering.recordings,
      copyBreakers: () => answering.copyBreakers(),
      countsIn: () => answering.countsIn(),
      workers: () => answering.workers(),
      startedAt,
      counters: counted,
      tallies,
      inFlight: () => answering.inFlight(),
      copiesInFlight: () => answering.copiesInFlight(),
      lambdaEndpoint: () => inUse.aws.endpoint ?? settings.lambdaEndpoint,
      prices: () => inUse.aws,
      config: () => inUse.printable,
      operators: () => inUse.operators,
      trusts: (address) => trustIn(inUse.trustedProxies)(address),
      changes,
      auditFile,
      configProblem: () => reloading.problem(),
      problems: () =>
        waiting.length === 0
          ? []
          : [`changed in routes.yaml, and waiting for a restart: ${waiting.join(", ")}`],
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function firstConfig({ configFile, variables }: Settings): Promise<GatewayConfig> {
  const loaded = await readConfig(configFile, variables);
  if ("config" in loaded) return loaded.config;
  throw new StartError(renderProblems(loaded.problems, "text"));
}
