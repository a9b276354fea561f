import { UpstreamError, type Attempt } from "../upstream.ts";

/** Where Lambda's API is. */
export interface AwsSettings {
  readonly region: string;
  /** Instead of AWS itself; null leaves it to the SDK, which also reads AWS_ENDPOINT_URL_LAMBDA. */
  readonly endpoint: string | null;
}

/** One call of a function. */
export interface Call {
  /** Function name or ARN. */
  readonly functionName: string;
  /** Alias or version. */
  readonly qualifier: string;
  /** The event, as UTF-8 JSON. */
  readonly payload: Buffer;
  /** True to get the last 4 KB of the function's log with the answer. */
  readonly logTail?: boolean;
}

/** How long a call may take as a whole, and whether anybody waits for it still. */
export type CallLimits = Pick<Attempt, "timeoutMs" | "signal">;

/** What came back from one call that reached the function. */
export interface Invocation {
  /** Set when the function failed, whatever the payload says then. */
  readonly functionError: string | undefined;
  readonly executedVersion: string | undefined;
  readonly payload: Uint8Array;
  /** The end of the function's log in base64, as it came; only where `logTail` asked for it. */
  readonly logResult?: string;
}

/** What comes back from a call whose answer is forwarded as it comes. */
export interface StreamedInvocation {
  readonly executedVersion: string | undefined;
  /**
   * The answer's bytes, cut anywhere. Ends when the function has said all; throws an UpstreamError of phase `started` when
   * it failed in the middle, or when the connection did. Nothing is read ahead of the reader.
   */
  readonly chunks: AsyncIterator<Uint8Array, unknown>;
  /** As `logResult` of a buffered call; there only once the chunks have ended. */
  readonly logResult: () => string | undefined;
}

/**
 * Calls functions; carries no type of any SDK. Sends once, never again by itself. Rejects only with an UpstreamError,
 * and with kind `client-gone` when the signal ended the call.
 */
export interface Invoker {
  /** Keeps to its limits by itself, whatever it waits for: one who has many calls under way looks at all of them at once. */
  invoke(call: Call, limits: CallLimits): Promise<Invocation>;
  /** The signal ends the call at any time, in the middle of its answer too. */
  invokeStreamed(call: Call, signal: AbortSignal): Promise<StreamedInvocation>;
  /** Lets go of idle connections, and of the others as their calls end; no call under way is cut. */
  close(): void;
}

/** An answer that ended before its end: the function has run. */
export function brokenOff(message: string, cause?: unknown): UpstreamError {
  return new UpstreamError("reset", `the answer broke off: ${message}`.slice(0, 300), {
    phase: "started",
    cause,
  });
}

export function givenUp(cause: unknown): UpstreamError {
  return new UpstreamError("client-gone", "the call was given up", { cause });
}
