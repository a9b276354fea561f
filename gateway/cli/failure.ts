import { Refusal, type RefusalKind } from "../admin/refusal.ts";
import { CorpusError } from "../corpus/corpus.ts";
import { SettingsError } from "../config/env.ts";
import { ReplayError } from "../replay/replay-error.ts";
import { ReportProblem } from "../report/report-problem.ts";
import { CliError, type Answer } from "./answer.ts";
import type { ExitCode } from "./exit-codes.ts";

const EXIT_OF: Readonly<Record<RefusalKind, ExitCode>> = {
  "bad-request": 2,
  "unknown-route": 2,
  "invalid-flags": 2,
  failed: 4,
  "not-ready": 4,
  "not-audited": 4,
  "not-written": 4,
  "not-legal": 5,
  "not-proven": 5,
  conflict: 5,
  busy: 5,
};

/** What a command that threw has to say. What nobody foresaw keeps its stack: it is a bug, and to be reported. */
export function failure(error: unknown): Answer & { exitCode: ExitCode } {
  if (error instanceof CliError) {
    return { exitCode: error.exitCode, data: null, text: "", problems: error.problems };
  }
  if (error instanceof CorpusError || error instanceof ReportProblem) {
    return { exitCode: 2, data: null, text: "", problems: [{ message: error.message }] };
  }
  if (error instanceof ReplayError) {
    const exitCode = error.kind === "cannot-reach" ? 4 : 2;
    return { exitCode, data: null, text: "", problems: [{ message: error.message }] };
  }
  if (error instanceof Refusal) {
    const { kind, message, next } = error;
    return { exitCode: EXIT_OF[kind], data: null, text: "", problems: [{ message, next }] };
  }
  if (error instanceof SettingsError) {
    return { exitCode: 2, data: null, text: "", problems: error.problems.map((message) => ({ message })) };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: 3, data: null, text: "", problems: [{ message: `this is a bug: ${message}` }] };
}
