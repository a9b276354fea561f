import { UpstreamError, type FailureKind } from "./upstream.ts";

/** What a failed call of the Lambda API shows of itself, whoever made the call. */
export interface InvokeFailure {
  /** The service's error type, such as `TooManyRequestsException`; empty when there is none. */
  readonly type: string;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Node's error code, such as `ECONNREFUSED`; empty when there is none. */
  readonly code: string;
  readonly message: string;
}

/** The service's error types → what is known (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors). */
const BY_TYPE: Readonly<Record<string, FailureKind>> = {
  TooManyRequestsException: "throttled",
  ResourceNotFoundException: "not-found",
  AccessDeniedException: "denied",
  KMSAccessDeniedException: "unavailable",
  RequestTooLargeException: "too-large",
  InvalidParameterValueException: "rejected",
  InvalidRequestContentException: "rejected",
  UnsupportedMediaTypeException: "rejected",
  // Typed 5xx, 409 and 408: the function's surroundings could not be set up, so its code did not run.
  EC2AccessDeniedException: "unavailable",
  EC2ThrottledException: "unavailable",
  EC2UnexpectedException: "unavailable",
  EFSIOException: "unavailable",
  EFSMountConnectivityException: "unavailable",
  EFSMountFailureException: "unavailable",
  EFSMountTimeoutException: "unavailable",
  ENILimitReachedException: "unavailable",
  ENINotReadyException: "unavailable",
  InvalidRuntimeException: "unavailable",
  InvalidSecurityGroupIDException: "unavailable",
  InvalidSubnetIDException: "unavailable",
  InvalidZipFileException: "unavailable",
  KMSDisabledException: "unavailable",
  KMSInvalidStateException: "unavailable",
  KMSNotFoundException: "unavailable",
  ResourceConflictException: "unavailable",
  ResourceNotReadyException: "unavailable",
  SnapStartException: "unavailable",
  SnapStartNotReadyException: "unavailable",
  SnapStartTimeoutException: "unavailable",
  SubnetIPAddressLimitReachedException: "unavailable",
  // The service itself failed; whether before or after it started the function, it does not say.
  ServiceException: "service-error",
};

/** Statuses without a type that is known. Every other 4xx is a call that was refused, every 5xx an unknown. */
const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: "denied",
  403: "denied",
  404: "not-found",
  413: "too-large",
  429: "throttled",
};

/** Node's codes for connections that never were. */
const BY_CODE: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  ENETUNREACH: "refused",
  ENOTFOUND: "unresolved",
  EAI_AGAIN: "unresolved",
  ETIMEDOUT: "connect-timeout",
};

/** Sorts a failed call by what is known to have happened to the function. */
export function invokeFailure(failure: InvokeFailure, cause?: unknown): UpstreamError {
  const { type, status, code, message } = failure;
  const facts = [type, status, code].filter((fact) => fact !== "" && fact !== undefined).join(" ");
  return new UpstreamError(kindOf(failure), `${facts}: ${message}`.slice(0, 300), { cause });
}

function kindOf({ type, status, code }: InvokeFailure): FailureKind {
  const typed = BY_TYPE[type];
  if (typed !== undefined) return typed;
  if (status !== undefined && status >= 500) return "service-error";
  if (status !== undefined && status >= 400) return BY_STATUS[status] ?? "rejected";
  if (code.startsWith("ERR_TLS_") || code.startsWith("ERR_SSL_") || /CERT|SIGNATURE/.test(code)) return "tls";
  return BY_CODE[code] ?? "reset";
}
