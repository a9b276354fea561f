import { ServiceError } from "../service-error.ts";

/** Why Lambda answers 429; the vocabulary is TooManyRequestsException's `Reason`. */
export type ThrottleReason =
  | "ReservedFunctionConcurrentInvocationLimitExceeded"
  | "ConcurrentInvocationLimitExceeded"
  | "CallerRateLimitExceeded";

/** Lambda's own refusals, spelled as https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors. */
export const notFound = (arn: string) => user(404, "ResourceNotFoundException", `Function not found: ${arn}`);

export const invalidParameter = (message: string) => user(400, "InvalidParameterValueException", message);

export const invalidContent = (reason: string) =>
  user(400, "InvalidRequestContentException", `Could not parse request body into json: ${reason}`);

export const requestTooLarge = (limitBytes: number) =>
  user(
    413,
    "RequestTooLargeException",
    `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`,
  );

export const throttled = (reason: ThrottleReason) =>
  // Alone among them, this one spells its message in lower case.
  new ServiceError(429, "TooManyRequestsException", {
    Type: "User",
    Reason: reason,
    message: "Rate Exceeded.",
  });

function user(status: number, type: string, message: string): ServiceError {
  return new ServiceError(status, type, { Type: "User", Message: message });
}
