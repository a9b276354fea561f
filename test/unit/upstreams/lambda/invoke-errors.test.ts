import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { invokeFailure, type InvokeFailure } from "../../../../gateway/upstreams/lambda/invoke-errors.ts";
import type { FailureKind, FailurePhase } from "../../../../gateway/upstreams/upstream.ts";

const sorted = (failure: Partial<InvokeFailure>): [FailureKind, FailurePhase] => {
  const nothing = { type: "", status: undefined, code: "", sent: true, message: "no" };
  const { kind, phase } = invokeFailure({ ...nothing, ...failure });
  return [kind, phase];
};

/** Every error type that Lambda documents for Invoke, by what it means for the work. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  throttled: ["TooManyRequestsException", "ThrottlingException", "ServiceQuotaExceededException"],
  "not-found": ["ResourceNotFoundException", "NoPublishedVersionException"],
  denied: ["AccessDeniedException"],
  "too-large": ["RequestTooLargeException", "SerializedRequestEntityTooLargeException"],
  rejected: [
    "InvalidParameterValueException",
    "InvalidRequestContentException",
    "RecursiveInvocationException",
    "UnsupportedMediaTypeException",
  ],
  unavailable: [
    "CodeArtifactUserDeletedException",
    "CodeArtifactUserFailedException",
    "CodeArtifactUserPendingException",
    "EC2AccessDeniedException",
    "EC2ThrottledException",
    "EC2UnexpectedException",
    "EFSMountConnectivityException",
    "EFSMountFailureException",
    "EFSMountTimeoutException",
    "ENILimitReachedException",
    "ENINotReadyException",
    "InvalidRuntimeException",
    "InvalidSecurityGroupIDException",
    "InvalidSubnetIDException",
    "InvalidZipFileException",
    "KMSAccessDeniedException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "ModeNotSupportedException",
    "ResourceConflictException",
    "ResourceNotReadyException",
    "S3FilesMountConnectivityException",
    "S3FilesMountFailureException",
    "S3FilesMountTimeoutException",
    "SnapStartException",
    "SnapStartNotReadyException",
    "SnapStartRegenerationFailureException",
    "SnapStartTimeoutException",
    "SubnetIPAddressLimitReachedException",
  ],
  "service-error": ["ServiceException", "EFSIOException", "DurableExecutionAlreadyStartedException"],
};
const rows = Object.entries(TYPES).flatMap(([kind, types]) => types.map((type) => [type, kind] as const));

describe("the table of failed calls", () => {
  it.each(rows)("knows %s as %s, whatever its status", (type, kind) => {
    const phase = kind === "service-error" ? "unknown" : "not-started";
    for (const status of [400, 409, 502]) expect(sorted({ type, status })).toEqual([kind, phase]);
  });

  it("has a row for each error that the installed SDK documents for Invoke", () => {
    const sdk = fileURLToPath(import.meta.resolve("@aws-sdk/client-lambda/package.json"));
    const source = readFileSync(
      sdk.replace("package.json", "dist-types/commands/InvokeCommand.d.ts"),
      "utf8",
    );
    const documented = new Set([...source.matchAll(/@throws \{@link (\w+)\}/g)].map(([, type]) => type!));
    // The base class of all the others.
    documented.delete("LambdaServiceException");
    expect(documented.size).toBeGreaterThan(30);
    expect([...documented].filter((type) => !rows.some(([known]) => known === type))).toEqual([]);
  });

  it.each<[number, FailureKind, FailurePhase]>([
    [301, "service-error", "unknown"],
    [400, "rejected", "not-started"],
    [401, "denied", "not-started"],
    [403, "denied", "not-started"],
    [404, "not-found", "not-started"],
    [408, "rejected", "not-started"],
    [413, "too-large", "not-started"],
    [415, "rejected", "not-started"],
    [429, "throttled", "not-started"],
    [500, "service-error", "unknown"],
    [502, "service-error", "unknown"],
    [503, "service-error", "unknown"],
    [504, "service-error", "unknown"],
  ])("sorts %i without a known type as %s, %s", (status, kind, phase) => {
    expect(sorted({ status })).toEqual([kind, phase]);
    expect(sorted({ status, type: "SomethingNewException" })).toEqual([kind, phase]);
  });

  it("knows that the function ran when only its answer was lost", () => {
    expect(sorted({ status: 200, code: "ECONNRESET" })).toEqual(["reset", "started"]);
  });

  it.each<[string, FailureKind]>([
    ["", "denied"],
    ["ECONNREFUSED", "refused"],
    ["EHOSTUNREACH", "refused"],
    ["ENETUNREACH", "refused"],
    ["EADDRNOTAVAIL", "refused"],
    ["ECONNRESET", "refused"],
    ["ENOTFOUND", "unresolved"],
    ["EAI_AGAIN", "unresolved"],
    ["EAI_FAIL", "unresolved"],
    ["EAI_NODATA", "unresolved"],
    ["ETIMEDOUT", "connect-timeout"],
    ["EMFILE", "unavailable"],
    ["ENFILE", "unavailable"],
    ["EPROTO", "tls"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
  ])("sorts code %j as %s before a byte was sent, and as a reset of unknown outcome after", (code, kind) => {
    expect(sorted({ code, sent: false })).toEqual([kind, "not-started"]);
    expect(sorted({ code, sent: true })).toEqual(["reset", "unknown"]);
  });

  it("does not take the failure of another service, asked for credentials, for the function's", () => {
    expect(sorted({ status: 500, sent: false })).toEqual(["service-error", "not-started"]);
  });

  it("keeps the cause, and its message brief", () => {
    const cause = new Error("why");
    const facts = {
      type: "ServiceException",
      status: 500,
      code: "",
      sent: true,
      message: "x".repeat(10_000),
    };
    const error = invokeFailure(facts, cause);
    expect(error.cause).toBe(cause);
    expect(error.message).toMatch(/^ServiceException 500: x+$/);
    expect(error.message.length).toBeLessThanOrEqual(300);
  });
});
