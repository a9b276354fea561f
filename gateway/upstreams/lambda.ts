import type { FunctionTarget } from "../routes/route.ts";
import type { Target } from "../http/target.ts";
import { readAnswer } from "./answer.ts";
import { eventBytes, functionUrlEvent, MAX_EVENT_BYTES } from "./event.ts";
import type { Invoker } from "./invoker.ts";
import { UpstreamError, type Upstream } from "./upstream.ts";

export interface LambdaUpstreamOptions {
  readonly invoker: Invoker;
  readonly target: FunctionTarget;
  /** Values of the route's path parameters, decoded. */
  readonly paramsOf: (target: Target) => Readonly<Record<string, string>>;
}

/** An AWS Lambda function, asked with the event a Function URL would send it. */
export function lambdaUpstream({ invoker, target, paramsOf }: LambdaUpstreamOptions): Upstream {
  return {
    name: `lambda ${target.name}:${target.qualifier}`,
    async send(request, { timeoutMs, signal }) {
      const body = await request.body.whole(MAX_EVENT_BYTES).catch((error: unknown) => {
        throw new UpstreamError("client-gone", "the client broke off while sending", { cause: error });
      });
      if (body === null)
        throw new UpstreamError("too-large", `the body is larger than ${MAX_EVENT_BYTES} bytes`);
      const payload = eventBytes(functionUrlEvent(request, body, paramsOf(request.target)));
      const call = { functionName: target.name, qualifier: target.qualifier, payload };
      const {
        functionError,
        executedVersion,
        payload: answered,
      } = await within(timeoutMs, signal, (both) => invoker.invoke(call, both));
      if (functionError !== undefined)
        throw new UpstreamError("function-error", describeError(functionError, answered));
      return {
        ...readAnswer(answered, request.method),
        ...(executedVersion !== undefined && { executedVersion }),
      };
    },
  };
}

/** Runs until it settles, the time is up, or nobody wants it any more; leaves no timer and no listener behind. */
async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new UpstreamError("client-gone", "the client went away before the call");
  const ended = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ended.abort();
  }, timeoutMs);
  const onAbort = () => ended.abort();
  signal.addEventListener("abort", onAbort);
  try {
    return await run(ended.signal);
  } catch (error) {
    throw late
      ? new UpstreamError("timeout", `no answer in ${Math.round(timeoutMs)} ms`, { cause: error })
      : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** For the log alone: `errorMessage` and `trace` of a function never reach a client. */
function describeError(functionError: string, payload: Uint8Array): string {
  return `${functionError}: ${Buffer.from(payload).toString("utf8").slice(0, 300)}`;
}
