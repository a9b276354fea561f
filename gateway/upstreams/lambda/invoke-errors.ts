import { kindOfRefusal } from "../http-errors.ts";
import { UpstreamError, type FailureKind, type FailurePhase } from "../upstream.ts";

/** What a failed call of the Lambda API shows of itself, whoever made the call. */
export interface InvokeFailure {
  /** The service's error type, such as `TooManyRequestsException`; empty when there is none. */
  readonly type: string;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** Node's error code, such as `ECONNREFUSED`; empty when there is none. */
  readonly code: string;
  /** False when not a byte of the request can have left: no credentials, no connection, no TLS. */
  readonly sent: boolean;
  readonly message: string;
}

/** The service's error types → what is known (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors). */
const BY_TYPE: Readonly<Record<string, FailureKind>> = {
  TooManyRequestsException: "throttled",
  ThrottlingException: "throttled",
  ServiceQuotaExceededException: "throttled",
  ResourceNotFoundException: "not-found",
  NoPublishedVersionException: "not-found",
  AccessDeniedException: "denied",
  KMSAccessDeniedException: "unavailable",
  RequestTooLargeException: "too-large",
  SerializedRequestEntityTooLargeException: "too-large",
  InvalidParameterValueException: "rejected",
  InvalidRequestContentException: "rejected",
  RecursiveInvocationException: "rejected",
  UnsupportedMediaTypeException: "rejected",
  // Typed 5xx, 409 and 408: the function's surroundings could not be set up, so its code did not run.
  CodeArtifactUserDeletedException: "unavailable",
  CodeArtifactUserFailedException: "unavailable",
  CodeArtifactUserPendingException: "unavailable",
  EC2AccessDeniedException: "unavailable",
  EC2ThrottledException: "unavailable",
  EC2UnexpectedException: "unavailable",
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
  ModeNotSupportedException: "unavailable",
  ResourceConflictException: "unavailable",
  ResourceNotReadyException: "unavailable",
  S3FilesMountConnectivityException: "unavailable",
  S3FilesMountFailureException: "unavailable",
  S3FilesMountTimeoutException: "unavailable",
  SnapStartException: "unavailable",
  SnapStartNotReadyException: "unavailable",
  SnapStartRegenerationFailureException: "unavailable",
  SnapStartTimeoutException: "unavailable",
  SubnetIPAddressLimitReachedException: "unavailable",
  // The service failed, a mounted disk broke, or an execution of that name exists: the code may have run by then.
  ServiceException: "service-error",
  EFSIOException: "service-error",
  DurableExecutionAlreadyStartedException: "service-error",
};

/** Statuses without a type that is known. Every other 4xx is a call that was refused; the rest is unknown. */
const BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: "denied",
  403: "denied",
  404: "not-found",
  413: "too-large",
  429: "throttled",
};

/** Sorts a failed call by what is known to have happened to the function. */
export function invokeFailure(failure: InvokeFailure, cause?: unknown): UpstreamError {
  const { type, status, code, message } = failure;
  const facts = [type, status, code].filter((fact) => fact !== "" && fact !== undefined).join(" ");
  const phase = phaseOf(failure);
  return new UpstreamError(kindOf(failure), `${facts}: ${message}`.slice(0, 300), {
    cause,
    ...(phase !== undefined && { phase }),
  });
}

/** Where more is known than the kind says. */
function phaseOf({ status, sent }: InvokeFailure): FailurePhase | undefined {
  if (!sent) return "not-started";
  // The head of a 200 comes when the function is done; only its answer got lost.
  return status !== undefined && status >= 200 && status < 300 ? "started" : undefined;
}

function kindOf({ type, status, code, sent }: InvokeFailure): FailureKind {
  const typed = BY_TYPE[type];
  if (typed !== undefined) return typed;
  if (status !== undefined && status >= 400 && status < 500) return BY_STATUS[status] ?? "rejected";
  if (status !== undefined && status >= 300) return "service-error";
  if (sent) return "reset";
  // Nothing was sent and no connection is to blame: there was nothing to sign the call with.
  if (code === "") return "denied";
  return kindOfRefusal(code);
}
