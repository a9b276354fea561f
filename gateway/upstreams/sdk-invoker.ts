import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { invokeFailure } from "./invoke-errors.ts";
import type { Invoker } from "./invoker.ts";
import { UpstreamError } from "./upstream.ts";

export interface AwsSettings {
  readonly region: string;
  /** Instead of AWS itself; null leaves it to the SDK, which also reads AWS_ENDPOINT_URL_LAMBDA. */
  readonly endpoint: string | null;
}

/** Enough sockets for any burst; Lambda's own concurrency is the limit that should be felt. */
const SOCKETS = 1_024;
const CONNECT_MS = 2_000;

/** Calls functions through the AWS SDK, which finds credentials where it always does. */
export function sdkInvoker({ region, endpoint }: AwsSettings): Invoker {
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  const client = new LambdaClient({
    region,
    ...(endpoint !== null && { endpoint }),
    // The SDK's default tries three times: a write could run three times.
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent, connectionTimeout: CONNECT_MS },
  });
  return {
    async invoke({ functionName, qualifier, payload }, signal) {
      const command = new InvokeCommand({
        FunctionName: functionName,
        Qualifier: qualifier,
        Payload: payload,
      });
      try {
        const { FunctionError, ExecutedVersion, Payload } = await client.send(command, {
          abortSignal: signal,
        });
        return {
          functionError: FunctionError,
          executedVersion: ExecutedVersion,
          payload: Payload ?? new Uint8Array(),
        };
      } catch (error) {
        throw signal.aborted ? new UpstreamError("client-gone", "the call was given up") : failureOf(error);
      }
    },
    close: () => client.destroy(),
  };
}

/** What the SDK throws, told by what it carries: the service's exceptions have `$fault`, network errors a `code`. */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function failureOf(error: unknown): UpstreamError {
  const thrown: Thrown = error instanceof Error ? error : new Error(String(error));
  return invokeFailure(
    {
      type: thrown.$fault === undefined ? "" : thrown.name,
      status: thrown.$metadata?.httpStatusCode,
      code: connectTimedOut(thrown) ? "ETIMEDOUT" : (thrown.code ?? ""),
      message: thrown.message,
    },
    error,
  );
}

/** The SDK's connection timeout is an error of its own, without a code of Node's. */
function connectTimedOut({ name, code, message }: Thrown): boolean {
  return name === "TimeoutError" && code === undefined && /connect/i.test(message);
}
