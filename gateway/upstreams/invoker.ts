/** One call of a function. */
export interface Call {
  /** Function name or ARN. */
  readonly functionName: string;
  /** Alias or version. */
  readonly qualifier: string;
  /** The event, as UTF-8 JSON. */
  readonly payload: Uint8Array;
}

/** What came back from one call that reached the function. */
export interface Invocation {
  /** Set when the function failed, whatever the payload says then. */
  readonly functionError: string | undefined;
  readonly executedVersion: string | undefined;
  readonly payload: Uint8Array;
}

/**
 * Calls functions; carries no type of any SDK. Sends once, never again by itself. Rejects only with an UpstreamError,
 * and with kind `client-gone` when the signal ended the call.
 */
export interface Invoker {
  invoke(call: Call, signal: AbortSignal): Promise<Invocation>;
  close(): void;
}
