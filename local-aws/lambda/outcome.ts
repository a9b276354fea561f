import { z } from "zod";

/** How one run of a function ended. */
export type Outcome = Answer | Failure;

/** What the function returned; empty when it was streamed to the caller already. */
export interface Answer {
  readonly kind: "answered";
  readonly payload: Buffer;
}

/** A function error: the caller still gets HTTP 200, with this as its body. */
export interface Failure {
  readonly kind: "failed";
  readonly errorType: string;
  /** JSON with errorType and errorMessage. */
  readonly payload: Buffer;
  /** What the REPORT line says of it; absent for an error the handler threw, which the runtime went on after. */
  readonly status?: "error" | "timeout";
  /** What the service itself logs of it. */
  readonly logLine?: string;
}

/** The most a buffered answer may hold: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_ANSWER_BYTES = 6_291_556;

export const answered = (payload: Buffer): Answer => ({ kind: "answered", payload });

/** What the runtime itself reported, as it was sent. */
export function reported(payload: Buffer): Failure {
  return { kind: "failed", errorType: errorTypeOf(payload), payload };
}

export function answerTooLarge(): Failure {
  return failure(
    "Function.ResponseSizeTooLarge",
    `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_BYTES} bytes).`,
  );
}

export function timedOut(requestId: string, timeoutMs: number): Failure {
  const text = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  const logLine = `${new Date().toISOString()} ${requestId} ${text}`;
  return {
    ...failure("Sandbox.Timedout", `RequestId: ${requestId} Error: ${text}`),
    status: "timeout",
    logLine,
  };
}

/** `reason` as in `exit status 1`; empty for a process that ended with status 0. */
export function exited(requestId: string, reason: string): Failure {
  const text =
    reason === "" ? "Runtime exited without providing a reason" : `Runtime exited with error: ${reason}`;
  const logLine = `RequestId: ${requestId} Error: ${text}`;
  return { ...failure("Runtime.ExitError", logLine), status: "error", logLine };
}

function failure(errorType: string, errorMessage: string): Failure {
  return { kind: "failed", errorType, payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
}

function errorTypeOf(payload: Buffer): string {
  try {
    return z.object({ errorType: z.string() }).parse(JSON.parse(payload.toString())).errorType;
  } catch {
    return "Function.Unknown";
  }
}
