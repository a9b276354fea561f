import { afterEach, describe, expect, it } from "vitest";
import { sdkInvoker } from "../../../../gateway/upstreams/lambda/sdk-invoker.ts";
import { UpstreamError } from "../../../../gateway/upstreams/upstream.ts";
import { rawServer } from "../../../support/raw-server.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function invokerTo(endpoint: string) {
  const invoker = sdkInvoker({ region: "eu-central-1", endpoint });
  cleanups.push(() => invoker.close());
  return invoker;
}

async function service(...script: Parameters<typeof rawServer>) {
  const server = await rawServer(...script);
  cleanups.push(() => server.close());
  return server;
}

const call = { functionName: "get-order", qualifier: "live", payload: Buffer.from("{}") };
const never = new AbortController().signal;
const answer = (status: number, fields: string[], body: string) =>
  [`HTTP/1.1 ${status} X`, ...fields, `Content-Length: ${body.length}`, "", body].join("\r\n");
const typed = (status: number, type: string, body = '{"Message":"no"}') =>
  answer(status, [`X-Amzn-Errortype: ${type}`], body);

async function failureOf(invoked: Promise<unknown>): Promise<[string, string]> {
  const error: unknown = await invoked.then(
    () => new Error("it answered"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UpstreamError)) throw error;
  return [error.kind, error.phase];
}

describe("the SDK's invoker", () => {
  it("invokes by alias and brings back version and payload", async () => {
    const lambda = await service((socket) =>
      socket.write(answer(200, ["X-Amz-Executed-Version: 7"], '{"a":1}')),
    );
    const invocation = await invokerTo(lambda.url).invoke(call, never);
    expect(lambda.received[0]).toMatch(
      /^POST \/2015-03-31\/functions\/get-order\/invocations\?Qualifier=live /,
    );
    expect(lambda.received[0]).toMatch(/\r\n\r\n\{\}$/);
    expect(invocation).toMatchObject({ executedVersion: "7", functionError: undefined });
    expect(Buffer.from(invocation.payload).toString()).toBe('{"a":1}');
  });

  it("tells a failed function by its header, whatever the status says", async () => {
    const lambda = await service((socket) =>
      socket.write(answer(200, ["X-Amz-Function-Error: Unhandled"], "{}")),
    );
    expect(await invokerTo(lambda.url).invoke(call, never)).toMatchObject({ functionError: "Unhandled" });
  });

  it.each<[string, string, string, string]>([
    [
      "throttled",
      typed(429, "TooManyRequestsException", '{"Reason":"CallerRateLimitExceeded"}'),
      "throttled",
      "not-started",
    ],
    ["throttled without a type", answer(429, [], "{}"), "throttled", "not-started"],
    ["unknown function", typed(404, "ResourceNotFoundException"), "not-found", "not-started"],
    ["not allowed", typed(403, "AccessDeniedException"), "denied", "not-started"],
    ["bad signature", typed(403, "InvalidSignatureException"), "denied", "not-started"],
    ["too large", typed(413, "RequestTooLargeException"), "too-large", "not-started"],
    ["refused content", typed(400, "InvalidRequestContentException"), "rejected", "not-started"],
    ["unsupported media", typed(415, "UnsupportedMediaTypeException"), "rejected", "not-started"],
    ["some other 400", typed(400, "SomethingNewException"), "rejected", "not-started"],
    ["no network interface", typed(502, "ENILimitReachedException"), "unavailable", "not-started"],
    ["conflict", typed(409, "ResourceConflictException"), "unavailable", "not-started"],
    ["snapshot not ready", typed(409, "SnapStartNotReadyException"), "unavailable", "not-started"],
    ["disk not mounted", typed(408, "EFSMountTimeoutException"), "unavailable", "not-started"],
    ["service failure", typed(500, "ServiceException"), "service-error", "unknown"],
    ["untyped 503", answer(503, [], "<html>"), "service-error", "unknown"],
    ["typed 5xx that nobody knows", typed(502, "SomethingNewException"), "service-error", "unknown"],
    ["no HTTP", "HELLO\r\n\r\n", "reset", "unknown"],
  ])("sorts %s", async (_what, bytes, kind, phase) => {
    const lambda = await service((socket) => socket.write(bytes));
    expect(await failureOf(invokerTo(lambda.url).invoke(call, never))).toEqual([kind, phase]);
    // One attempt: a write must not run twice because a library is helpful.
    expect(lambda.received).toHaveLength(1);
  });

  it("sorts a reset after sending as unknown, and sends once", async () => {
    const lambda = await service((socket) => socket.resetAndDestroy());
    expect(await failureOf(invokerTo(lambda.url).invoke(call, never))).toEqual(["reset", "unknown"]);
    expect(lambda.received).toHaveLength(1);
  });

  it("sorts refused and unresolved as not started", async () => {
    const gone = await rawServer(() => undefined);
    await gone.close();
    expect(await failureOf(invokerTo(gone.url).invoke(call, never))).toEqual(["refused", "not-started"]);
    const nowhere = invokerTo("http://does-not-exist.invalid");
    expect(await failureOf(nowhere.invoke(call, never))).toEqual(["unresolved", "not-started"]);
  });

  it("gives up when nobody waits any more, and cuts the connection", async () => {
    let closed = false;
    const lambda = await service((socket) => socket.once("close", () => (closed = true)));
    const waiting = new AbortController();
    const invoked = invokerTo(lambda.url).invoke(call, waiting.signal);
    await expect.poll(() => lambda.received.length).toBe(1);
    waiting.abort();
    expect(await failureOf(invoked)).toEqual(["client-gone", "unknown"]);
    await expect.poll(() => closed).toBe(true);
  });
});
