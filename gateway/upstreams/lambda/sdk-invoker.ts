import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  type InvokeWithResponseStreamCompleteEvent,
  type InvokeWithResponseStreamResponseEvent,
} from "@aws-sdk/client-lambda";
import http from "node:http";
import https from "node:https";
import { invokeFailure } from "./invoke-errors.ts";
import { functionFailure } from "./function-failure.ts";
import { brokenOff, givenUp, type AwsSettings, type Call, type Invoker } from "./invoker.ts";
import type { UpstreamError } from "../upstream.ts";
import { within } from "../within.ts";

/** Enough sockets for any burst; Lambda's own concurrency is the limit that should be felt. */
const SOCKETS = 1_024;
/** From the first packet to the end of the TLS handshake. */
const CONNECT_MS = 2_000;
/** The longest that a timer can wait: the SDK's word of a busy pool would go to the console, and change nothing. */
const NEVER_MS = 2 ** 31 - 1;

/** Calls functions through the AWS SDK, which finds credentials where it always does. */
export function sdkInvoker({ region, endpoint }: AwsSettings): Invoker {
  const agents = [
    watched(new http.Agent({ keepAlive: true, maxSockets: SOCKETS }), "connect"),
    watched(new https.Agent({ keepAlive: true, maxSockets: SOCKETS }), "secureConnect"),
  ] as const;
  const client = new LambdaClient({
    region,
    ...(endpoint !== null && { endpoint }),
    // The SDK's default tries three times: a write could run three times.
    maxAttempts: 1,
    requestHandler: {
      httpAgent: agents[0],
      httpsAgent: agents[1],
      socketAcquisitionWarningTimeout: NEVER_MS,
    },
  });
  /** Inputs of calls that reached the innermost step. What fails before it, such as finding credentials, has sent nothing. */
  const handedOver = new WeakSet<object>();
  client.middlewareStack.add(
    (next) => (args) => {
      handedOver.add(args.input);
      return next(args);
    },
    { step: "deserialize", priority: "low" },
  );
  const failed = (error: unknown, input: object, signal: AbortSignal) =>
    signal.aborted ? givenUp(error) : failureOf(error, handedOver.has(input));

  return {
    invoke: (call, { timeoutMs, signal }) =>
      within(timeoutMs, signal, async (control) => {
        const input = inputOf(call);
        try {
          const answer = await client.send(new InvokeCommand(input), { abortSignal: control.signal });
          const { FunctionError, ExecutedVersion, Payload, LogResult } = answer;
          return {
            functionError: FunctionError,
            executedVersion: ExecutedVersion,
            // The SDK gives null for an empty payload, whatever its types say.
            payload: Payload ?? new Uint8Array(),
            ...(LogResult !== undefined && { logResult: LogResult }),
          };
        } catch (error) {
          throw failed(error, input, control.signal);
        }
      }),
    async invokeStreamed(call, signal) {
      const input = inputOf(call);
      try {
        const answer = await client.send(new InvokeWithResponseStreamCommand(input), { abortSignal: signal });
        let logResult: string | undefined;
        const onLog = (log: string | undefined) => void (logResult = log);
        return {
          executedVersion: answer.ExecutedVersion,
          chunks: chunksOf(answer.EventStream, onLog, signal),
          logResult: () => logResult,
        };
      } catch (error) {
        throw failed(error, input, signal);
      }
    },
    close() {
      for (const agent of agents) {
        agent.maxFreeSockets = 0;
        for (const sockets of Object.values(agent.freeSockets))
          sockets?.forEach((socket) => socket.destroy());
      }
    },
  };
}

function inputOf({ functionName, qualifier, payload, logTail = false }: Call) {
  return {
    FunctionName: functionName,
    Qualifier: qualifier,
    Payload: payload,
    ...(logTail && { LogType: "Tail" as const }),
  };
}

/** The bytes of a streamed answer. The function has run by now, so whatever happens here is of phase `started`. */
async function* chunksOf(
  events: AsyncIterable<InvokeWithResponseStreamResponseEvent> = noEvents(),
  onLog: (logResult: string | undefined) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let complete: InvokeWithResponseStreamCompleteEvent | undefined;
  try {
    for await (const { PayloadChunk, InvokeComplete } of events) {
      if (PayloadChunk?.Payload !== undefined) yield PayloadChunk.Payload;
      // Read on: only an answer that was read to its end leaves its connection to the next call.
      complete ??= InvokeComplete;
    }
  } catch (error) {
    throw signal.aborted ? givenUp(error) : brokenOff(String(error), error);
  }
  if (complete === undefined) throw brokenOff("it ended before it was complete");
  onLog(complete.LogResult);
  const { ErrorCode, ErrorDetails = "" } = complete;
  if (ErrorCode !== undefined) throw functionFailure(ErrorCode, ErrorDetails);
}

async function* noEvents(): AsyncGenerator<never> {}

/** Errors of connections that never were ready: not a byte of a request had left on them. */
const early = new WeakSet<Error>();

/**
 * Remembers which errors came before a connection was ready. Codes alone do not tell: ETIMEDOUT and the codes of TLS
 * come from established connections too, after the function was reached.
 */
function watched<A extends http.Agent>(agent: A, ready: "connect" | "secureConnect"): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    if (!socket) return socket;
    const timer = setTimeout(() => {
      const message = `no connection in ${CONNECT_MS} ms`;
      socket.destroy(Object.assign(new Error(message), { code: "ETIMEDOUT" }));
    }, CONNECT_MS);
    const onError = (error: Error) => early.add(error);
    const settled = () => {
      clearTimeout(timer);
      socket.off("error", onError);
    };
    socket.once("error", onError).once(ready, settled).once("close", settled);
    return socket;
  };
  return agent;
}

/** What the SDK throws, told by what it carries: the service's exceptions have `$fault`, network errors a `code`. */
interface Thrown extends Error {
  readonly code?: string;
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function failureOf(error: unknown, handedOver: boolean): UpstreamError {
  const thrown: Thrown = error instanceof Error ? error : new Error(String(error));
  return invokeFailure(
    {
      type: thrown.$fault === undefined ? "" : thrown.name,
      status: thrown.$metadata?.httpStatusCode,
      code: thrown.code ?? "",
      sent: handedOver && !early.has(thrown),
      message: thrown.message,
    },
    error,
  );
}
