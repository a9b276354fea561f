import { z } from "zod";

/** What Lambda says of one invocation, as it is billed. */
export interface LambdaReport {
  /** Of the handler alone. */
  readonly durationMs: number;
  /** As billed: since August 2025 with the init phase, and with SnapStart's "Billed Restore Duration". */
  readonly billedMs: number;
  /** What the function is given. */
  readonly memoryMb: number;
  /** The most that its execution environment has used so far. */
  readonly usedMemoryMb: number;
  /** How long the init phase took; null for a warm start, and with SnapStart. */
  readonly initMs: number | null;
  /** How long SnapStart took to restore a snapshot; null without one. */
  readonly restoreMs: number | null;
  readonly coldStart: boolean;
  /** In text logs an error that the handler merely threw counts as success: the runtime went on after it. */
  readonly status: "success" | "error" | "timeout";
}

/**
 * Reads the report at the end of a log tail (base64, as Invoke answers `LogType: Tail`), in the text or the JSON format;
 * null when there is none or it is not whole. Never throws; takes time linear in the tail.
 *
 * - text: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
 * - JSON: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#platform-report
 * - SnapStart: https://docs.aws.amazon.com/lambda/latest/dg/snapstart-monitoring.html
 * - what is billed: https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
 */
export function parseReport(logResult: string): LambdaReport | null {
  const lines = Buffer.from(logResult, "base64").toString("utf8").split("\n");
  // A function may print what looks like a report; the platform's own comes after everything it prints.
  for (const line of lines.toReversed()) {
    const record = recordOf(line);
    if (record !== undefined) return reportOf(record);
  }
  return null;
}

const reportRecord = z.object({
  status: z.string().default("success"),
  metrics: z.object({
    durationMs: z.number().nonnegative(),
    billedDurationMs: z.number().nonnegative(),
    memorySizeMB: z.number().positive(),
    maxMemoryUsedMB: z.number().nonnegative(),
    initDurationMs: z.number().nonnegative().nullable().default(null),
    restoreDurationMs: z.number().nonnegative().nullable().default(null),
  }),
});

function reportOf(value: unknown): LambdaReport | null {
  const parsed = reportRecord.safeParse(value);
  if (!parsed.success) return null;
  const { status, metrics } = parsed.data;
  return {
    durationMs: metrics.durationMs,
    billedMs: metrics.billedDurationMs,
    memoryMb: metrics.memorySizeMB,
    usedMemoryMb: metrics.maxMemoryUsedMB,
    initMs: metrics.initDurationMs,
    restoreMs: metrics.restoreDurationMs,
    coldStart: metrics.initDurationMs !== null || metrics.restoreDurationMs !== null,
    status: status === "success" || status === "timeout" ? status : "error",
  };
}

/** The record of a report, yet unchecked; null when it is a broken one, undefined when the line is none. */
function recordOf(line: string): unknown {
  if (/^\s*REPORT\s+RequestId:/.test(line)) return textRecord(line.trimStart().slice("REPORT".length));
  if (line.includes('"platform.report"')) return jsonRecord(line);
  return undefined;
}

const reportEvent = z.object({ type: z.literal("platform.report"), record: z.unknown().optional() });

function jsonRecord(line: string): unknown {
  // What was printed before without a newline is on the same line.
  const start = Math.max(0, line.lastIndexOf('{"time":'));
  try {
    const event = reportEvent.safeParse(JSON.parse(line.slice(start)));
    return event.success ? (event.data.record ?? null) : undefined;
  } catch {
    return null;
  }
}

/** Label, and value with its unit; sticky, so that no field is read across something else. */
const FIELD = /\s*([A-Za-z][A-Za-z ]*):\s+(\S+(?:\s+(?:ms|MB))?)/gy;

function textRecord(line: string): unknown {
  const fields = new Map<string, string>();
  let end = 0;
  for (const [field, label, value] of line.matchAll(FIELD)) {
    if (fields.has(label!)) return null;
    fields.set(label!, value!);
    end += field.length;
  }
  if (line.slice(end).trim() !== "") return null;
  const amount = (label: string, unit: "ms" | "MB") => amountOf(fields.get(label), unit);
  return {
    status: fields.get("Status"),
    metrics: {
      durationMs: amount("Duration", "ms"),
      billedDurationMs: amount("Billed Duration", "ms"),
      memorySizeMB: amount("Memory Size", "MB"),
      maxMemoryUsedMB: amount("Max Memory Used", "MB"),
      initDurationMs: amount("Init Duration", "ms"),
      restoreDurationMs: amount("Restore Duration", "ms"),
    },
  };
}

/** `3.10 ms` in `ms` is 3.1; NaN, which no record may hold, for what is no such amount. */
function amountOf(text: string | undefined, unit: "ms" | "MB"): number | undefined {
  if (text === undefined) return undefined;
  const [number = "", its] = text.split(/\s+/);
  return its === unit && /^\d+(\.\d+)?$/.test(number) ? Number(number) : NaN;
}
