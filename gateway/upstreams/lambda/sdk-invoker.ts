import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import http from "node:http";
import https from "node:https";
import { invokeFailure } from "./invoke-errors.ts";
import type { Invoker } from "./invoker.ts";
import { UpstreamError } from "../upstream.ts";

export interface AwsSettings {
  readonly region: string;
  /** Instead of AWS itself; null leaves it to the SDK, which also reads AWS_ENDPOINT_URL_LAMBDA. */
  readonly endpoint: string | null;
}

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
  return {
    async invoke({ functionName, qualifier, payload, logTail = false }, signal) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        Qualifier: qualifier,
        Payload: payload,
        ...(logTail && { LogType: "Tail" }),
      });
      let handedOver = false;
      // The innermost step: what fails before it, such as finding credentials, has sent nothing to the function.
      command.middlewareStack.add(
        (next) => (args) => {
          handedOver = true;
          return next(args);
        },
        { step: "deserialize", priority: "low" },
      );
      try {
        const { FunctionError, ExecutedVersion, Payload, LogResult } = await client.send(command, {
          abortSignal: signal,
        });
        return {
          functionError: FunctionError,
          executedVersion: ExecutedVersion,
          payload: Payload ?? new Uint8Array(),
          ...(LogResult !== undefined && { logResult: LogResult }),
        };
      } catch (error) {
        if (signal.aborted) throw new UpstreamError("client-gone", "the call was given up", { cause: error });
        throw failureOf(error, handedOver);
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
