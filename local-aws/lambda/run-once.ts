import { BoundedLog } from "./bounded-log.ts";
import type { EnvironmentPool } from "./environment-pool.ts";
import type { Ran } from "./history.ts";
import type { Failure, Outcome } from "./outcome.ts";
import type { Invocation } from "./runtime-api.ts";

/** How one invocation went. */
export interface Invoked {
  readonly outcome: Outcome;
  /** Its part of the log, the last 4 KB of it, as `LogType: Tail` answers. */
  readonly log: Buffer;
}

export interface RunSettings {
  readonly pool: EnvironmentPool;
  readonly version: string;
  readonly invocation: Invocation;
  readonly memoryMb: number;
  /** Takes each line the service writes. */
  readonly note: (line: string) => void;
  /** Takes each line the function prints. */
  readonly print: (line: string) => void;
}

const TAIL_BYTES = 4096;

/** Runs one invocation in a warm environment or a new one, and writes its log around it. */
export async function runOnce(settings: RunSettings): Promise<Invoked & { ran: Ran }> {
  const { pool, version, invocation } = settings;
  const { requestId } = invocation;
  const at = new Date().toISOString();
  const tail = new BoundedLog(TAIL_BYTES);
  const both = (write: (line: string) => void) => (line: string) => {
    tail.push(line);
    write(line);
  };
  const note = both(settings.note);

  const { environment, cold } = pool.acquire(requestId);
  const { initMs, failure: initFailure } = await environment.ready;
  note(`START RequestId: ${requestId} Version: ${version}`);
  // A failed start is billed as run time: Lambda tries it once more within the invocation.
  const run = initFailure
    ? { outcome: initFailure, durationMs: initMs }
    : await environment.run(invocation, both(settings.print));
  pool.release(environment);

  const failure = run.outcome.kind === "failed" ? run.outcome : undefined;
  if (failure?.logLine !== undefined) note(failure.logLine);
  note(`END RequestId: ${requestId}`);
  note(
    reportLine({
      requestId,
      durationMs: run.durationMs,
      initMs: cold && !initFailure ? initMs : undefined,
      memoryMb: settings.memoryMb,
      usedMemoryMb: environment.usedMemoryMb,
      failure,
    }),
  );
  const outcome = failure?.errorType ?? "ok";
  return {
    outcome: run.outcome,
    log: tail.tail(),
    ran: { requestId, version, at, coldStart: cold, durationMs: run.durationMs, outcome },
  };
}

interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Only for a cold start. */
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly usedMemoryMb: number;
  readonly failure: Failure | undefined;
}

/** Init time is billed since August 2025: https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/ */
function reportLine({ requestId, durationMs, initMs, memoryMb, usedMemoryMb, failure }: Report): string {
  return [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${usedMemoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
    ...(failure?.status === undefined ? [] : [`Status: ${failure.status}`]),
    ...(failure?.status === "error" ? [`Error Type: ${failure.errorType}`] : []),
    "",
  ].join("\t");
}
