import type { LambdaTarget } from "../../routes/function-target.ts";
import type { Target } from "../../http/target.ts";
import { SlowClient } from "../../http/body.ts";
import type { GatewayRequest } from "../../http/request.ts";
import { UpstreamError, type Upstream, type UpstreamResponse } from "../upstream.ts";
import { readAnswer } from "./answer.ts";
import { eventBytes, MAX_EVENT_BYTES } from "./event.ts";
import { functionFailure } from "./function-failure.ts";
import type { Call, Invoker } from "./invoker.ts";
import { readStreamedAnswer } from "./stream.ts";
import { within } from "../within.ts";

export interface LambdaUpstreamOptions {
  readonly invoker: Invoker;
  readonly target: LambdaTarget;
  /** Values of the route's path parameters, decoded. */
  readonly paramsOf: (target: Target) => Readonly<Record<string, string>>;
  /** Asked before each call; gives the listener for its log's tail, or null when this one is not sampled. */
  readonly sampleReport?: () => ReportListener | null;
}

/** Hears the end of a call's log (base64), and which version ran. */
export type ReportListener = (logResult: string, executedVersion: string | undefined) => void;

/** An AWS Lambda function, asked with the event it was written for. */
export function lambdaUpstream(options: LambdaUpstreamOptions): Upstream {
  const { invoker, target, paramsOf, sampleReport = () => null } = options;
  const { events: settings } = target;
  const format = settings.payload;

  const buffered = async (
    call: Call,
    method: string,
    control: AbortController,
    heard: ReportListener | null,
  ) => {
    const { functionError, executedVersion, payload, logResult } = await invoker.invoke(call, control.signal);
    if (heard !== null && logResult !== undefined) heard(logResult, executedVersion);
    if (functionError !== undefined) throw functionFailure(functionError, payload);
    return ranBy(executedVersion, readAnswer(payload, method, format));
  };

  const streamed = async (
    call: Call,
    method: string,
    control: AbortController,
    heard: ReportListener | null,
  ) => {
    const { chunks, executedVersion, logResult } = await invoker.invokeStreamed(call, control.signal);
    const onClose = () => {
      control.abort();
      const log = logResult();
      if (heard !== null && log !== undefined) heard(log, executedVersion);
    };
    try {
      return ranBy(executedVersion, await readStreamedAnswer({ chunks, method, format, onClose }));
    } catch (error) {
      control.abort();
      throw error;
    }
  };

  const run = target.stream ? streamed : buffered;
  return {
    name: `lambda ${target.name}:${target.qualifier}`,
    async send(request, { timeoutMs, signal }) {
      const body = await wholeBody(request);
      const payload = eventBytes({ request, body, params: paramsOf(request.target), settings });
      const heard = sampleReport();
      const { name: functionName, qualifier } = target;
      const call = { functionName, qualifier, payload, ...(heard !== null && { logTail: true }) };
      return within(timeoutMs, signal, (control) => run(call, request.method, control, heard));
    },
  };
}

function ranBy(executedVersion: string | undefined, answer: UpstreamResponse): UpstreamResponse {
  return executedVersion === undefined ? answer : { ...answer, executedVersion };
}

async function wholeBody({ body }: GatewayRequest): Promise<Buffer> {
  const whole = await body.whole(MAX_EVENT_BYTES).catch((error: unknown) => {
    const kind = error instanceof SlowClient ? "client-slow" : "client-gone";
    throw new UpstreamError(kind, "the request's body did not come whole", { cause: error });
  });
  if (whole !== null) return whole;
  throw new UpstreamError("too-large", `the body is larger than ${MAX_EVENT_BYTES} bytes`);
}
