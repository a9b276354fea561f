import { pino, type DestinationStream, type Logger } from "pino";
import { standardOutput } from "./log-output.ts";
import type { GatewayRequest } from "../http/request.ts";
import { requestLine } from "./request-line.ts";
import { silentTelemetry } from "./silent.ts";
import type { Telemetry } from "./telemetry.ts";

export interface LogSettings {
  /** pino's level name: trace, debug, info, warn, error, fatal, silent. */
  readonly level: string;
  /** Where lines go; standard output when absent. */
  readonly destination?: DestinationStream;
  /** Number of the process that tells, where there are several. */
  readonly worker?: number;
}

/**
 * Telemetry as JSON lines. Every field is named here, one by one: no header, query, body or object of the request can
 * slip into a log by being passed along. Paths are logged without their query.
 */
export function pinoTelemetry(settings: LogSettings): Telemetry {
  const base = settings.worker === undefined ? null : { worker: settings.worker };
  const options = { level: settings.level, base, timestamp: pino.stdTimeFunctions.isoTime };
  const output = settings.destination ?? standardOutput();
  const log: Logger = pino(options, output);

  return {
    ...silentTelemetry,
    requestFinished(event) {
      if (log.isLevelEnabled("info")) output.write(requestLine(event, log.levels.values["info"]!));
    },
    requestRefused: ({ id, status, code }) => log.info({ requestId: id, status, code }, "request refused"),
    upstreamAnswered({ request, route, side, status, durationMs, answer }) {
      if (!log.isLevelEnabled("debug")) return;
      const { executedVersion } = answer;
      const facts = { ...tracedBy(request), route: route?.id ?? null, side, status, executedVersion };
      log.debug({ ...facts, durationMs: rounded(durationMs) }, "upstream answered");
    },
    upstreamFailed({ request, route, side, error, durationMs }) {
      const facts = { ...tracedBy(request), route: route?.id ?? null, side };
      const level = error.kind === "client-gone" ? "info" : "warn";
      const { kind, phase, message } = error;
      log[level]({ ...facts, kind, phase, message, durationMs: rounded(durationMs) }, "upstream failed");
    },
    shadowed({ route, candidate, outcome, reason, copy }) {
      if (!log.isLevelEnabled("debug")) return;
      const facts = { ...(copy !== null && tracedBy(copy.request)), route: route.id, candidate };
      log.debug({ ...facts, outcome, reason }, "shadowed");
    },
    evidenceLost: ({ reason, pairs, samples }) => log.warn({ reason, pairs, samples }, "evidence lost"),
    storeChanged({ problem }) {
      if (problem === null) log.info("the evidence store works again");
      else log.error({ problem }, "the evidence store fails; requests are not concerned");
    },
    breakerChanged: ({ routeId, side, traffic, state }) =>
      log.warn({ route: routeId, side, traffic, state }, "breaker changed"),
    functionReported({ routeId, report, tookMs, version }) {
      const { durationMs, billedMs, coldStart, usedMemoryMb, memoryMb } = report;
      const facts = { route: routeId, version, coldStart, durationMs, billedMs, usedMemoryMb, memoryMb };
      log.debug({ ...facts, tookMs: rounded(tookMs) }, "function reported");
    },
    keptWarm({ functionName, calls, failures }) {
      const facts = { function: functionName, calls, failed: failures.length };
      if (failures.length === 0) log.debug(facts, "kept warm");
      else log.warn({ ...facts, problem: failures[0]!.message }, "not kept warm");
    },
    configLoaded: ({ file, routes, reloaded }) =>
      log.info({ file, routes, reloaded }, "configuration loaded"),
    configWaits({ file, settings }) {
      if (settings.length === 0) log.info({ file }, "no changed setting waits for a restart any more");
      else log.warn({ file, settings }, "these settings were changed and wait for a restart");
    },
    configRejected: ({ file, problems }) =>
      log.error({ file, problems }, "configuration rejected; the last good one stays in use"),
    certificateLoaded: ({ file, names, validUntil, renewed }) =>
      log.info(
        { file, names, validUntil: new Date(validUntil).toISOString(), renewed },
        "certificate loaded",
      ),
    // Whoever looks for open ports does it all day long.
    connectionRefused: ({ reason, detail }) => log.debug({ reason, detail }, "connection refused"),
    overloadChanged({ shed, problems }) {
      if (shed === "nothing") log.warn({ shed }, "there is memory again");
      else log.error({ shed, problems }, "memory is short");
    },
    flagsChanged: ({ version, killed }) => log.info({ flagVersion: version, killed }, "flags changed"),
    stopChanged: ({ everything, routes }) => log.warn({ everything, routes }, "kill file changed"),
    flagsRejected: ({ problem }) => log.error({ problem }, "flags rejected; the last good ones stay in use"),
    flipped: ({ by, change, reason, made }) => log.info({ by, change, reason, made }, "flip"),
    workerLost: ({ worker, pid, why }) => log.error({ worker, pid, why }, "worker lost"),
    lifecycle: ({ phase, detail }) => log.info({ phase, detail }, phase),
    unexpected: ({ where, error }) => log.error({ where, err: describe(error) }, "unexpected"),
  };
}

/** What finds the other lines of a request, and its spans. */
function tracedBy({ id, trace }: GatewayRequest) {
  return { requestId: id, trace_id: trace.traceId, span_id: trace.spanId };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

function describe(error: unknown): { message: string; stack: string | undefined } {
  return error instanceof Error
    ? { message: error.message, stack: error.stack }
    : { message: String(error), stack: undefined };
}
