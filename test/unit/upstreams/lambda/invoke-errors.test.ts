import { generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { invokeFailure, type InvokeFailure } from "../../../../gateway/upstreams/lambda/invoke-errors.ts";
import { sdkInvoker } from "../../../../gateway/upstreams/lambda/sdk-invoker.ts";
import {
  UpstreamError,
  type FailureKind,
  type FailurePhase,
} from "../../../../gateway/upstreams/upstream.ts";
import { rawServer } from "../../../support/raw-server.ts";

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

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function invoke(endpoint: string, call: { logTail?: boolean } = {}) {
  const invoker = sdkInvoker({ region: "eu-central-1", endpoint });
  cleanups.push(() => invoker.close());
  const sent = { functionName: "get-order", qualifier: "live", payload: Buffer.from("{}"), ...call };
  return { invoker, answer: invoker.invoke(sent, new AbortController().signal) };
}

async function failureOf(endpoint: string): Promise<[FailureKind, FailurePhase]> {
  const error: unknown = await invoke(endpoint).answer.then(
    () => new Error("it answered"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return [error.kind, error.phase];
}

async function serving(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

describe("a call over real connections", () => {
  it.each<[string, (socket: Socket) => void, FailureKind]>([
    ["ended", (socket) => socket.end(), "refused"],
    ["reset", (socket) => socket.once("data", () => socket.resetAndDestroy()), "refused"],
    [
      "answered without TLS",
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 X\r\n\r\n")),
      "tls",
    ],
    ["never answered", () => undefined, "connect-timeout"],
  ])("has not started when its TLS handshake is %s", async (_how, onSocket, kind) => {
    const port = await serving(onSocket);
    expect(await failureOf(`https://127.0.0.1:${port}`)).toEqual([kind, "not-started"]);
  });

  it("has not started when the certificate is not to be trusted", async () => {
    const port = await serving((socket) => serverSide(socket, selfSigned()));
    expect(await failureOf(`https://localhost:${port}`)).toEqual(["tls", "not-started"]);
  });

  it("may have started when TLS fails with the request already there", async () => {
    const identity = trusted(selfSigned());
    let received = "";
    const port = await serving((socket) => {
      const secure = serverSide(socket, identity);
      secure.on("data", (bytes: Buffer) => {
        received += bytes.toString("latin1");
        // An application-data record of TLS 1.2 framing whose ciphertext is none.
        if (received.endsWith("{}")) socket.write(Buffer.from(`1703030020${"ab".repeat(32)}`, "hex"));
      });
    });
    expect(await failureOf(`https://localhost:${port}`)).toEqual(["reset", "unknown"]);
    expect(received).toMatch(/^POST \/2015-03-31\/functions\/get-order\/invocations/);
  });

  it("has not started without credentials, and sends nothing", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    cleanups.push(() => vi.unstubAllEnvs());
    const lambda = await rawServer(() => undefined);
    cleanups.push(() => lambda.close());
    expect(await failureOf(lambda.url)).toEqual(["denied", "not-started"]);
    expect(lambda.received).toEqual([]);
  });

  it("has run when its answer is cut short", async () => {
    const lambda = await rawServer((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    );
    cleanups.push(() => lambda.close());
    expect(await failureOf(lambda.url)).toEqual(["reset", "started"]);
    expect(lambda.received).toHaveLength(1);
  });

  it("brings the end of the log along when that was asked for, and not otherwise", async () => {
    const head = "HTTP/1.1 200 OK\r\nX-Amz-Log-Result: UkVQT1JU\r\nContent-Length: 2\r\n\r\n{}";
    const lambda = await rawServer((socket) => socket.write(head));
    cleanups.push(() => lambda.close());
    expect(await invoke(lambda.url, { logTail: true }).answer).toMatchObject({ logResult: "UkVQT1JU" });
    expect(lambda.received[0]).toMatch(/\r\nx-amz-log-type: Tail\r\n/i);
    await invoke(lambda.url).answer;
    expect(lambda.received[1]).not.toMatch(/x-amz-log-type/i);
  });

  it("may take longer than connecting may", async () => {
    const lambda = await rawServer((socket) => {
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), 2_300);
    });
    cleanups.push(() => lambda.close());
    expect(await invoke(lambda.url).answer).toMatchObject({ functionError: undefined });
  });

  it("is not cut by closing the invoker, and its connection ends with it", async () => {
    let release = () => undefined as unknown;
    let closed = false;
    const lambda = await rawServer((socket) => {
      socket.once("close", () => (closed = true));
      release = () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    });
    cleanups.push(() => lambda.close());
    const { invoker, answer } = invoke(lambda.url);
    await expect.poll(() => lambda.received.length).toBe(1);
    invoker.close();
    release();
    expect(await answer).toMatchObject({ functionError: undefined });
    await expect.poll(() => closed).toBe(true);
  });
});

interface Identity {
  readonly key: string;
  readonly cert: string;
}

function serverSide(socket: Socket, identity: Identity): tls.TLSSocket {
  return new tls.TLSSocket(socket, { isServer: true, ...identity }).on("error", () => undefined);
}

/** Has this process trust it until the test is over. */
function trusted(identity: Identity): Identity {
  const before = tls.getCACertificates("default");
  tls.setDefaultCACertificates([...before, identity.cert]);
  cleanups.push(() => tls.setDefaultCACertificates(before));
  return identity;
}

/** A new key and the smallest X.509 certificate for `localhost` that it can sign for itself (RFC 5280 §4.1). */
function selfSigned(): Identity {
  const der = (tag: number, ...parts: Uint8Array[]) => {
    const content = Buffer.concat(parts);
    const { length } = content;
    const size =
      length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...size]), content]);
  };
  const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
  const ecdsaWithSha256 = sequence(der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = sequence(der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from("localhost")));
  const name = sequence(der(0x31, commonName));
  const times = ["20200101000000Z", "20991231000000Z"].map((time) => der(0x18, Buffer.from(time)));
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const toBeSigned = sequence(
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(...times),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const cert = sequence(toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}
