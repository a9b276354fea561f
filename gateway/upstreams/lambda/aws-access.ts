import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { AwsCredentials } from "../sigv4.ts";
import type { AwsSettings } from "./invoker.ts";

/** Where Lambda's API is, and who asks it. */
export interface AwsAccess {
  /** Scheme, host and port. */
  readonly origin: string;
  /** What stands before the API's own paths; empty as a rule. */
  readonly basePath: string;
  /** The region that signatures name. */
  readonly region: string;
  /** From the SDK's provider chain, which keeps them and renews them before they expire. */
  readonly credentials: () => Promise<AwsCredentials>;
}

/**
 * Asks the SDK, and nobody else, where its calls would go and what they would be signed with: a request of its own is
 * taken from it before it is signed. So variables, profiles, partitions, FIPS and dual-stack mean what they mean to the SDK.
 */
export async function awsAccess({ region, endpoint }: AwsSettings): Promise<AwsAccess> {
  const client = new LambdaClient({ region, maxAttempts: 1, ...(endpoint !== null && { endpoint }) });
  let found: Place | undefined;
  client.middlewareStack.add(
    () => (args) => {
      if (isPlace(args.request)) found = args.request;
      return Promise.reject(new Error("not to be sent"));
    },
    { step: "build", priority: "low" },
  );
  try {
    await client.send(new InvokeCommand({ FunctionName: "none" }));
  } catch (error) {
    if (found === undefined) throw error;
  }
  if (found === undefined) throw new Error("the SDK has made no request");
  const { protocol, hostname, port, path } = found;
  return {
    origin: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`,
    basePath: path.slice(0, path.indexOf("/2015-03-31/functions/")),
    region: await client.config.region(),
    credentials: () => client.config.credentials(),
  };
}

/** What is looked at of the SDK's HttpRequest. */
interface Place {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

function isPlace(request: unknown): request is Place {
  return typeof request === "object" && request !== null && "hostname" in request && "path" in request;
}
