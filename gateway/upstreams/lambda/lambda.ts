import type { FunctionTarget } from "../../routes/route.ts";
import type { Target } from "../../http/target.ts";
import { SlowClient } from "../../http/body.ts";
import { readAnswer } from "./answer.ts";
import { eventBytes, functionUrlEvent, MAX_EVENT_BYTES } from "./event.ts";
import type { Invoker } from "./invoker.ts";
import { UpstreamError, type Upstream } from "../upstream.ts";

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
        const kind = error instanceof SlowClient ? "client-slow" : "client-gone";
        throw new UpstreamError(kind, "the request's body did not come whole", { cause: error });
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

/**
 * Runs until it settles, the time is up, or nobody wants it any more; leaves no timer and no listener behind. Does not
 * wait for an invoker that is slow to hear the signal: the SDK looks for credentials without listening to it.
 */
async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw new UpstreamError("client-gone", "the client went away before the call");
  const ended = new AbortController();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: UpstreamError) => {
    reject(reason);
    ended.abort(reason);
  };
  const onGone = () => giveUp(new UpstreamError("client-gone", "the client went away"));
  const timer = setTimeout(
    () => giveUp(new UpstreamError("timeout", `no answer in ${Math.round(timeoutMs)} ms`)),
    timeoutMs,
  );
  signal.addEventListener("abort", onGone);
  try {
    return await Promise.race([givenUp, run(ended.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onGone);
  }
}

/** For the log alone: `errorMessage` never reaches a client, and the stack trace not even the log. */
function describeError(functionError: string, payload: Uint8Array): string {
  const { errorType, errorMessage } = fieldsOf(payload);
  const told = [functionError, errorType, errorMessage].filter((text) => typeof text === "string");
  return told.join(": ").slice(0, 300);
}

function fieldsOf(payload: Uint8Array): { readonly errorType?: unknown; readonly errorMessage?: unknown } {
  try {
    const value = JSON.parse(Buffer.from(payload).toString("utf8")) as unknown;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
