import type { LambdaTarget } from "../../routes/function-target.ts";
import type { Target } from "../../http/target.ts";
import { SlowClient, type RequestBody } from "../../http/body.ts";
import type { GatewayRequest } from "../../http/request.ts";
import { UpstreamError, type Upstream, type UpstreamResponse } from "../upstream.ts";
import { readAnswer } from "./answer.ts";
import { eventBytes, MAX_EVENT_BYTES } from "./event.ts";
import { functionFailure } from "./function-failure.ts";
import type { Call, CallLimits, Invoker } from "./invoker.ts";
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
    limits: CallLimits,
    heard: ReportListener | null,
  ): Promise<UpstreamResponse> => {
    const { functionError, executedVersion, payload, logResult } = await invoker.invoke(call, limits);
    if (heard !== null && logResult !== undefined) heard(logResult, executedVersion);
    if (functionError !== undefined) throw functionFailure(functionError, payload);
    return ranBy(executedVersion, readAnswer(payload, method, format));
  };

  /** The limits are those of its head; what follows may be ended by its reader at any time. */
  const streamed = (
    call: Call,
    method: string,
    { timeoutMs, signal }: CallLimits,
    heard: ReportListener | null,
  ): Promise<UpstreamResponse> =>
    within(timeoutMs, signal, async (control) => {
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
    });

  const run = target.stream ? streamed : buffered;
  return {
    name: `lambda ${target.name}:${target.qualifier}`,
    async send(request, { timeoutMs, signal }) {
      const body = await wholeBody(request);
      if (signal.aborted) throw new UpstreamError("client-gone", "the client went away before the call");
      const payload = eventBytes({ request, body, params: paramsOf(request.target), settings });
      const heard = sampleReport();
      const { name: functionName, qualifier } = target;
      const call = { functionName, qualifier, payload, ...(heard !== null && { logTail: true }) };
      return run(call, request.method, { timeoutMs, signal }, heard);
    },
  };
}

function ranBy(executedVersion: string | undefined, answer: UpstreamResponse): UpstreamResponse {
  return executedVersion === undefined ? answer : { ...answer, executedVersion };
}

/** At once where it has come by now, as nearly all do. */
function wholeBody({ body }: GatewayRequest): Buffer | Promise<Buffer> {
  const bytes = body.atHand();
  return bytes !== null && bytes.length <= MAX_EVENT_BYTES ? bytes : readWhole(body);
}

async function readWhole(body: RequestBody): Promise<Buffer> {
  const whole = await body.whole(MAX_EVENT_BYTES).catch((error: unknown) => {
    const kind = error instanceof SlowClient ? "client-slow" : "client-gone";
    throw new UpstreamError(kind, "the request's body did not come whole", { cause: error });
  });
  if (whole !== null) return whole;
  throw new UpstreamError("too-large", `the body is larger than ${MAX_EVENT_BYTES} bytes`);
}
