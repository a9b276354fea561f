import { UpstreamError } from "../upstream.ts";

/**
 * The failure of a function that ran. For the log alone: `errorMessage` never reaches a client, and the stack trace not
 * even the log.
 */
export function functionFailure(functionError: string, details: Uint8Array | string): UpstreamError {
  const { errorType, errorMessage } = fieldsOf(details);
  const told = [functionError, errorType, errorMessage].filter((text) => typeof text === "string");
  return new UpstreamError("function-error", told.join(": ").slice(0, 300));
}

function fieldsOf(details: Uint8Array | string): {
  readonly errorType?: unknown;
  readonly errorMessage?: unknown;
} {
  try {
    const text = typeof details === "string" ? details : Buffer.from(details).toString("utf8");
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
