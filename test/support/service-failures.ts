import { ThrottleReason } from "@aws-sdk/client-lambda";
import type { FailureKind } from "../../gateway/upstreams/upstream.ts";
import type { Change } from "../../local-aws/lambda/control-api.ts";
import { busy, failed, tooLarge, type Told } from "./problem.ts";

export type Fault = NonNullable<Change["fail"]>;

/** What nobody outside may read. */
const SECRET =
  "Calling arn:aws:lambda:eu-central-1:000000000000:function:probe failed in /var/task/handler.js:3:7 (RequestId 8a1f)";

/** Every error type, and 4xx without one, by what it means. Nothing has run. */
const NOT_STARTED: readonly [FailureKind, Told, readonly [number, string?][]][] = [
  [
    "throttled",
    busy,
    [
      [429, "TooManyRequestsException"],
      [400, "ThrottlingException"],
      [402, "ServiceQuotaExceededException"],
      [429],
    ],
  ],
  ["not-found", failed, [[404, "ResourceNotFoundException"], [400, "NoPublishedVersionException"], [404]]],
  ["denied", failed, [[403, "AccessDeniedException"], [403, "InvalidSignatureException"], [401], [403]]],
  [
    "too-large",
    tooLarge,
    [[413, "RequestTooLargeException"], [413, "SerializedRequestEntityTooLargeException"], [413]],
  ],
  [
    "rejected",
    failed,
    [
      [400, "InvalidParameterValueException"],
      [400, "InvalidRequestContentException"],
      [400, "RecursiveInvocationException"],
      [415, "UnsupportedMediaTypeException"],
      [400, "SomethingNewException"],
      [400],
      [408],
      [418],
    ],
  ],
  [
    "unavailable",
    busy,
    [
      [400, "ModeNotSupportedException"],
      [400, "SnapStartException"],
      [403, "EFSMountFailureException"],
      [403, "S3FilesMountFailureException"],
      [408, "EFSMountConnectivityException"],
      [408, "EFSMountTimeoutException"],
      [408, "S3FilesMountConnectivityException"],
      [408, "S3FilesMountTimeoutException"],
      [408, "SnapStartTimeoutException"],
      [409, "CodeArtifactUserDeletedException"],
      [409, "CodeArtifactUserFailedException"],
      [409, "CodeArtifactUserPendingException"],
      [409, "ResourceConflictException"],
      [409, "SnapStartNotReadyException"],
      [409, "SnapStartRegenerationFailureException"],
      [502, "EC2AccessDeniedException"],
      [502, "EC2ThrottledException"],
      [502, "EC2UnexpectedException"],
      [502, "ENILimitReachedException"],
      [502, "ENINotReadyException"],
      [502, "InvalidRuntimeException"],
      [502, "InvalidSecurityGroupIDException"],
      [502, "InvalidSubnetIDException"],
      [502, "InvalidZipFileException"],
      [502, "KMSAccessDeniedException"],
      [502, "KMSDisabledException"],
      [502, "KMSInvalidStateException"],
      [502, "KMSNotFoundException"],
      [502, "ResourceNotReadyException"],
      [502, "SubnetIPAddressLimitReachedException"],
    ],
  ],
];

/** Whether the function ran, nobody knows. */
const UNKNOWN: readonly [number, string?][] = [
  [409, "DurableExecutionAlreadyStartedException"],
  [410, "EFSIOException"],
  [500, "ServiceException"],
  [502, "SomethingNewException"],
  [500],
  [502],
  [503],
  [504],
];

/** One way in which Lambda's service fails, and what has to come of it. */
export interface ServiceFailure {
  readonly what: string;
  readonly fault: Fault;
  readonly kind: FailureKind;
  readonly problem: Told;
  /** How often the function runs for one request. */
  readonly runs: 0 | 1;
  /** Which requests legacy answers. */
  readonly mended: { readonly read: boolean; readonly write: boolean; readonly repeatable: boolean };
}

const EVERYTHING = { read: true, write: true, repeatable: true };
const HARMLESS = { read: true, write: false, repeatable: true };
export const READS = { read: true, write: false, repeatable: false };

const refusal = (
  [status, type]: readonly [number, string?],
  reason?: string,
): Pick<ServiceFailure, "what" | "fault"> => ({
  what: `${status} ${type ?? "without a type"}${reason === undefined ? "" : ` (${reason})`}`,
  fault: {
    status,
    message: SECRET,
    ...(type !== undefined && { type }),
    ...(reason !== undefined && { reason }),
  },
});

/** All of them, but for those that need an answer to have begun. */
export const serviceFailures: readonly ServiceFailure[] = [
  ...NOT_STARTED.flatMap(([kind, problem, refusals]) =>
    refusals.map((one): ServiceFailure => ({ ...refusal(one), kind, problem, runs: 0, mended: EVERYTHING })),
  ),
  ...Object.values(ThrottleReason).map((reason): ServiceFailure => ({
    ...refusal([429, "TooManyRequestsException"], reason),
    kind: "throttled",
    problem: busy,
    runs: 0,
    mended: EVERYTHING,
  })),
  ...UNKNOWN.map((one): ServiceFailure => ({
    ...refusal(one),
    kind: "service-error",
    problem: failed,
    runs: 0,
    mended: HARMLESS,
  })),
  {
    what: "a reset before the function ran",
    fault: { reset: "before" },
    kind: "reset",
    problem: failed,
    runs: 0,
    mended: HARMLESS,
  },
  {
    what: "a reset after the function ran",
    fault: { reset: "after" },
    kind: "reset",
    problem: failed,
    runs: 1,
    mended: HARMLESS,
  },
];

/** Those that have a type, by the status that the table says they come with. */
export const typedRefusals = [...NOT_STARTED.flatMap(([, , refusals]) => refusals), ...UNKNOWN].filter(
  (one): one is [number, string] => one[1] !== undefined,
);
