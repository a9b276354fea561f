import { getEventListeners } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { RequestBody } from "../../../../gateway/http/body.ts";
import type {
  Call,
  Invocation,
  Invoker,
  StreamedInvocation,
} from "../../../../gateway/upstreams/lambda/invoker.ts";
import { lambdaUpstream } from "../../../../gateway/upstreams/lambda/lambda.ts";
import { UpstreamError } from "../../../../gateway/upstreams/upstream.ts";
import { aRequest } from "../../../support/requests.ts";
import { lambdaTarget } from "../../../support/targets.ts";

function functionThat(answers: (signal: AbortSignal) => Promise<Partial<Invocation>>) {
  const calls: Call[] = [];
  const invoker: Invoker = {
    async invoke(call, { signal }) {
      calls.push(call);
      const payload = Buffer.from('{"statusCode":200,"body":"ok"}');
      return { functionError: undefined, executedVersion: "7", payload, ...(await answers(signal)) };
    },
    invokeStreamed: () => Promise.reject(new Error("nobody asked for a stream")),
    close: () => undefined,
  };
  const target = lambdaTarget("get-order");
  return { upstream: lambdaUpstream({ invoker, target, paramsOf: () => ({ id: "1" }) }), calls };
}

function streamThat(answers: (signal: AbortSignal) => Promise<StreamedInvocation>) {
  const invoker: Invoker = {
    invoke: () => Promise.reject(new Error("nobody asked for a whole answer")),
    invokeStreamed: (_call, signal) => answers(signal),
    close: () => undefined,
  };
  const target = lambdaTarget("get-order", { stream: true });
  return lambdaUpstream({ invoker, target, paramsOf: () => ({}) });
}

const attempt = (timeoutMs = 5_000, signal = new AbortController().signal) => ({ timeoutMs, signal });
const failure = (kind: string, phase: string) => expect.objectContaining({ kind, phase }) as unknown;
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new UpstreamError("client-gone", "given up")));
  });

describe("a Lambda function as an upstream", () => {
  it("is called by its alias with the request's event, and answers as it says", async () => {
    const { upstream, calls } = functionThat(async () => ({}));
    const answer = await upstream.send(aRequest({ target: "/api/orders/1" }), attempt());
    expect(answer).toMatchObject({ status: 200, executedVersion: "7" });
    expect(calls).toMatchObject([{ functionName: "get-order", qualifier: "live" }]);
    expect(JSON.parse(Buffer.from(calls[0]!.payload).toString())).toMatchObject({
      rawPath: "/api/orders/1",
      pathParameters: { id: "1" },
    });
  });

  it("has run and failed when it says so, whatever its payload is", async () => {
    const payload = Buffer.from('{"statusCode":200,"errorMessage":"secret","trace":[]}');
    const { upstream } = functionThat(async () => ({ functionError: "Unhandled", payload }));
    await expect(upstream.send(aRequest(), attempt())).rejects.toEqual(failure("function-error", "started"));
  });

  it("tells the log the error's type and message alone, and briefly", async () => {
    const told = { errorType: "TypeError", errorMessage: "no such order", trace: ["at secret.js:1"] };
    const messageFor = async (payload: string) => {
      const { upstream } = functionThat(async () => ({
        functionError: "Unhandled",
        payload: Buffer.from(payload),
      }));
      return upstream.send(aRequest(), attempt()).then(
        () => "it answered",
        (error: Error) => error.message,
      );
    };
    expect(await messageFor(JSON.stringify(told))).toBe("Unhandled: TypeError: no such order");
    for (const odd of ["", "no JSON", "null", "7", '{"errorMessage":{}}']) {
      expect(await messageFor(odd)).toBe("Unhandled");
    }
    const long = JSON.stringify({ errorMessage: "x".repeat(100_000) });
    expect((await messageFor(long)).length).toBeLessThanOrEqual(300);
  });

  it("streams, and is given up at the deadline by callers that do not listen, too", async () => {
    const upstream = streamThat(() => new Promise<never>(() => undefined));
    await expect(upstream.send(aRequest(), attempt(20))).rejects.toEqual(failure("timeout", "unknown"));
    const gone = new AbortController();
    const answer = upstream.send(aRequest(), attempt(5_000, gone.signal));
    setImmediate(() => gone.abort());
    await expect(answer).rejects.toEqual(failure("client-gone", "unknown"));
  });

  it("leaves no timer and no listener behind, however a call ends", async () => {
    vi.useFakeTimers();
    try {
      const { signal } = new AbortController();
      const fine = functionThat(async () => ({}));
      await fine.upstream.send(aRequest(), attempt(5_000, signal));
      const failing = functionThat(() => Promise.reject(new UpstreamError("throttled", "busy")));
      await expect(failing.upstream.send(aRequest(), attempt(5_000, signal))).rejects.toEqual(
        failure("throttled", "not-started"),
      );
      const streamed = streamThat(() => Promise.reject(new UpstreamError("throttled", "busy")));
      await expect(streamed.send(aRequest(), attempt(5_000, signal))).rejects.toEqual(
        failure("throttled", "not-started"),
      );
      expect(getEventListeners(signal, "abort")).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("streams, and is given up at the deadline, which is not the client's going away", async () => {
    const upstream = streamThat(untilAborted);
    await expect(upstream.send(aRequest(), attempt(20))).rejects.toEqual(failure("timeout", "unknown"));
  });

  it("is given up when the client goes away", async () => {
    const { upstream, calls } = functionThat(untilAborted);
    const gone = new AbortController();
    const answer = upstream.send(aRequest(), attempt(5_000, gone.signal));
    await expect.poll(() => calls.length).toBe(1);
    gone.abort();
    await expect(answer).rejects.toEqual(failure("client-gone", "unknown"));
    await expect(upstream.send(aRequest(), attempt(5_000, gone.signal))).rejects.toEqual(
      failure("client-gone", "unknown"),
    );
    expect(calls).toHaveLength(1);
  });

  it("never hears of a body that is too large, or that breaks off; the second is the client's doing", async () => {
    const { upstream, calls } = functionThat(async () => ({}));
    const large = aRequest({ method: "POST", body: RequestBody.of(Buffer.alloc(7_000_000)) });
    await expect(upstream.send(large, attempt())).rejects.toEqual(failure("too-large", "not-started"));
    const stream = new PassThrough();
    const broken = upstream.send(
      aRequest({ method: "POST", body: RequestBody.from({ stream, length: null }) }),
      attempt(),
    );
    stream.destroy();
    await expect(broken).rejects.toEqual(failure("client-gone", "unknown"));
    expect(calls).toEqual([]);
  });
});
