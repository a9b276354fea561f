import { InvocationType, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { note, ok, unreachable, wrong, type Finding } from "./finding.ts";
import { reasonOf } from "./machine.ts";

/** AWS refuses signatures that are five minutes off; long before that something is wrong with the clock. */
const SKEW_MS = 30_000;
const TIMEOUT_MS = 5000;
const SOON_MS = 15 * 60_000;

/** Any will do where nobody checks signatures. */
const INVENTED = { accessKeyId: "banyan-doctor", secretAccessKey: "banyan-doctor" };

/**
 * What of AWS the routes need: credentials, functions that this role may invoke, a clock that is right. A gateway that runs
 * here has an environment of its own: `runningEndpoint` is where on this machine it asks for functions, null for elsewhere or
 * none. There nothing is checked by credentials, so that this shell needs none.
 */
export async function awsChecks(
  { aws, routes }: GatewayConfig,
  runningEndpoint: string | null,
): Promise<Finding[]> {
  const targets = routes.flatMap(({ function: target }) => (target.kind === "lambda" ? [target] : []));
  if (targets.length === 0) return [];
  const endpoint = runningEndpoint ?? aws.endpoint;
  const client = new LambdaClient({
    region: aws.region,
    ...(endpoint !== null && { endpoint }),
    ...(runningEndpoint !== null && { credentials: INVENTED }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
  });
  try {
    const credentials =
      runningEndpoint === null
        ? await credentialsCheck(client)
        : ok("credentials", `not needed here: the gateway that runs asks ${runningEndpoint} for functions`);
    if (credentials.outcome === "wrong") return [credentials];
    const named = new Map(
      targets.map(({ name, qualifier }) => [`${name}:${qualifier}`, { name, qualifier }]),
    );
    const functions: Finding[] = [];
    for (const target of named.values()) functions.push(await functionCheck(client, target));
    return [credentials, await clockCheck(client), ...functions];
  } finally {
    client.destroy();
  }
}

/** Where credentials come from and until when they are good; never what they are. */
async function credentialsCheck(client: LambdaClient): Promise<Finding> {
  try {
    const { expiration, ...identity } = await client.config.credentials();
    const from = "$source" in identity ? sourceOf(identity.$source) : "the SDK's chain";
    if (expiration === undefined) return ok("credentials", `found (${from})`);
    const says = `found (${from}), good until ${expiration.toISOString()}`;
    if (expiration.getTime() - Date.now() > SOON_MS) return ok("credentials", says);
    return note("credentials", says, "sign in again, unless whoever gives them renews them by itself");
  } catch (error) {
    const next = "set AWS_PROFILE, or give the machine, task or pod a role; `banyan iam` prints its policy";
    return wrong("credentials", `none are found (${firstLine(error)})`, next);
  }
}

/** The SDK notes the steps of its chain as keys: CREDENTIALS_ENV_VARS, CREDENTIALS_PROFILE… */
function sourceOf(source: unknown): string {
  const steps = typeof source === "object" && source !== null ? Object.keys(source) : [];
  return steps
    .map((step) =>
      step
        .replace(/^CREDENTIALS_/, "")
        .toLowerCase()
        .replaceAll("_", " "),
    )
    .join(", ");
}

/** Asks whether the function could be invoked, without invoking it. */
async function functionCheck(
  client: LambdaClient,
  { name, qualifier }: { readonly name: string; readonly qualifier: string },
): Promise<Finding> {
  const check = `function ${name}:${qualifier}`;
  try {
    const { DryRun } = InvocationType;
    await client.send(
      new InvokeCommand({ FunctionName: name, Qualifier: qualifier, InvocationType: DryRun }),
    );
    return ok(check, "may be invoked");
  } catch (error) {
    const code = error instanceof Error ? error.name : "";
    if (code === "ResourceNotFoundException")
      return wrong(check, "there is no such function or alias", "deploy it, or mend its name in routes.yaml");
    if (code.startsWith("AccessDenied"))
      return wrong(check, "this role may not invoke it", "banyan iam prints the policy that it needs");
    if (
      error instanceof Error &&
      "$metadata" in error &&
      code !== "TimeoutError" &&
      hasStatus(error.$metadata)
    )
      return wrong(check, `${code}: ${firstLine(error)}`, "mend what it says");
    return unreachable(
      check,
      `Lambda does not answer (${reasonOf(error)})`,
      "check region, network and `aws.endpoint`",
    );
  }
}

function hasStatus(metadata: unknown): boolean {
  return typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata;
}

/** This machine's clock against the Date that the service answers with; its resolution is a second. */
async function clockCheck(client: LambdaClient): Promise<Finding> {
  try {
    const endpoint = await client.config.endpoint?.();
    const region = await client.config.region();
    const url = endpoint === undefined ? `https://lambda.${region}.amazonaws.com` : urlOf(endpoint);
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const theirs = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(theirs)) return ok("clock", "the service does not say what time it is");
    const offMs = Math.abs(Date.now() - theirs);
    if (offMs < SKEW_MS) return ok("clock", "agrees with AWS");
    const says = `${Math.round(offMs / 1000)} s off; signatures that are 5 minutes off are refused`;
    return wrong("clock", says, "set the clock, by NTP");
  } catch (error) {
    return unreachable(
      "clock",
      `Lambda does not answer (${reasonOf(error)})`,
      "check region, network and `aws.endpoint`",
    );
  }
}

function urlOf({
  protocol,
  hostname,
  port,
  path,
}: {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
}): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.slice(0, 200);
}
