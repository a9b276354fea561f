import type { FailureKind, FailurePhase } from "../upstream.ts";
import type { FunctionHost } from "./function-host.ts";

/** One answer that a host gives in its function's place: how it is told, and what it means. */
export interface OwnAnswer {
  /** Only there; anywhere when absent. */
  readonly on?: FunctionHost["platform"];
  readonly status: number;
  readonly reason?: string;
  /** Fields (lower-case) and what they say; null: the field is not there. */
  readonly fields?: Readonly<Record<string, RegExp | null>>;
  readonly body?: RegExp | ((host: FunctionHost) => RegExp);
  /** True when the head alone tells, as it must where the answer has no body (HEAD). */
  readonly byHead?: true;
  readonly kind: FailureKind;
  readonly phase: FailurePhase;
  /** For the log: what happened, and what to do. */
  readonly told: string;
}

/** Lambda adds a trace id to the answers of executions, and to none of its own refusals that were captured. */
const NOT_RUN = { "x-amzn-requestid": /./, "x-amzn-trace-id": null };
const CLOUDFLARE = { "cf-ray": /./ };
const OPENFAAS = { "x-openfaas-internal": /./ };

/**
 * The answers that are known to be a host's own. `not-started` takes a mark that no function can make or pass on from
 * another function that it calls: with that, legacy may answer a write. A text alone could have been passed on by a
 * function that did its work, so it counts as `unknown`. What is not here is the function's own answer.
 */
export const OWN_ANSWERS: readonly OwnAnswer[] = [
  // Lambda Function URLs. 403, bodies and fields as captured; 429 as https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
  // and https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-throttle.
  {
    on: "lambda-url",
    status: 403,
    fields: { ...NOT_RUN, "x-amzn-errortype": /^AccessDeniedException/ },
    body: /^\{"Message":(?:null|"Forbidden)/,
    byHead: true,
    kind: "denied",
    phase: "not-started",
    told: "the Function URL let nobody in: allow lambda:InvokeFunctionUrl and lambda:InvokeFunction, or check the URL",
  },
  {
    on: "lambda-url",
    status: 403,
    fields: { ...NOT_RUN, "x-amzn-errortype": /^InvalidSignatureException/ },
    body: /^\{"message":"(?:The request signature|The security token|Signature)/,
    byHead: true,
    kind: "denied",
    phase: "not-started",
    told: "the Function URL refused the signature: check credentials, region, and this machine's clock (±5 minutes)",
  },
  {
    on: "lambda-url",
    status: 429,
    fields: { ...NOT_RUN, "x-amzn-errortype": /^TooManyRequestsException/ },
    body: /"Reason":"[A-Za-z]*LimitExceeded"/,
    byHead: true,
    kind: "throttled",
    phase: "not-started",
    told: "Lambda throttled the function: raise its reserved concurrency, or the account's",
  },
  // Uncaught errors, timeouts and answers that are none: text that is called JSON
  // (https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html: 5xx are function errors and timeouts).
  {
    on: "lambda-url",
    status: 502,
    fields: { "x-amzn-requestid": /./, "content-type": /^application\/json/ },
    body: /^Internal Server Error$/,
    kind: "function-error",
    phase: "started",
    told: "the function failed, timed out, or answered what is no answer: see its log",
  },

  // Cloud Run, and functions on it: https://cloud.google.com/run/docs/troubleshooting.
  {
    on: "cloud-run",
    status: 401,
    fields: { "www-authenticate": /^Bearer error="invalid_token".*access token could not be verified/ },
    kind: "denied",
    phase: "unknown",
    told: "Cloud Run refused the ID token: its audience must be the URL of the service, or a custom audience of it",
  },
  {
    on: "cloud-run",
    status: 403,
    fields: { "content-type": /^text\/html/ },
    body: /<h1>Error: Forbidden<\/h1>\s*<h2>Your client does not have permission to get URL/,
    kind: "denied",
    phase: "unknown",
    told: "Cloud Run let nobody in: grant the gateway's service account roles/run.invoker on the service",
  },
  {
    on: "cloud-run",
    status: 429,
    body: /^The request was aborted because there was no available instance/,
    kind: "throttled",
    phase: "unknown",
    told: "Cloud Run had no instance for the request: raise the service's maximum of instances",
  },

  // Azure's front end, for an app that is stopped or out of quota. A missing key's 401 is empty, like anybody's:
  // https://learn.microsoft.com/azure/azure-functions/function-keys-how-to.
  {
    on: "azure-functions",
    status: 403,
    reason: "Site Disabled",
    kind: "unavailable",
    phase: "unknown",
    told: "the function app is stopped, or out of its plan's quota",
  },

  // OpenFaaS: gateway/handlers/scaling.go of openfaas/faas, proxy/proxy.go of openfaas/faas-provider. The first two name
  // the function that they did not find: it cannot be the one that passes them on.
  {
    on: "openfaas",
    status: 404,
    body: named((name) => new RegExp(`^error finding function ${name}(?:\\.[\\w-]+)?: `)),
    kind: "not-found",
    phase: "not-started",
    told: "OpenFaaS knows no such function: deploy it, or correct the name in the URL",
  },
  {
    on: "openfaas",
    status: 503,
    fields: OPENFAAS,
    body: named((name) => new RegExp(`^No endpoints available for: ${name}\\.`)),
    kind: "unavailable",
    phase: "not-started",
    told: "OpenFaaS has no replica of the function",
  },
  {
    on: "openfaas",
    status: 500,
    fields: OPENFAAS,
    body: /^Can't reach service for: /,
    kind: "service-error",
    phase: "unknown",
    told: "OpenFaaS lost the function's replica, or never reached it",
  },

  // Knative's queue-proxy and activator: pkg/queue/handler.go and pkg/queue/breaker.go of knative/serving.
  {
    status: 503,
    fields: { "x-content-type-options": /^nosniff$/ },
    body: /^(?:pending request queue full|activator overload)\n?$/,
    kind: "throttled",
    phase: "unknown",
    told: "Knative's queue is full: raise the revision's containerConcurrency or its maximum scale",
  },

  // Cloudflare: https://developers.cloudflare.com/workers/observability/errors/ and, for 10xx and 52x,
  // https://developers.cloudflare.com/support/troubleshooting/http-status-codes/.
  {
    status: 500,
    fields: CLOUDFLARE,
    body: /^error code: 1101\b|"cf-error-code">1101</,
    kind: "function-error",
    phase: "started",
    told: "the Worker threw an exception: see its log",
  },
  {
    status: 503,
    fields: CLOUDFLARE,
    body: /^error code: 1102\b|"cf-error-code">1102</,
    kind: "function-error",
    phase: "started",
    told: "the Worker used up its CPU time",
  },
  {
    status: 429,
    fields: CLOUDFLARE,
    body: /^error code: (?:1015|1027)\b|"cf-error-code">(?:1015|1027)</,
    kind: "throttled",
    phase: "unknown",
    told: "Cloudflare limited the rate, or the plan's daily requests are used up",
  },
  {
    status: 302,
    fields: { ...CLOUDFLARE, location: /^https:\/\/[\w-]+\.cloudflareaccess\.com\/cdn-cgi\/access\/login\// },
    kind: "denied",
    phase: "unknown",
    told: "Cloudflare Access asked for a login: check the service token, and that a Service Auth policy admits it",
  },
  ...[520, 521, 522, 523, 524, 525, 526].map((status): OwnAnswer => ({
    status,
    fields: CLOUDFLARE,
    body: new RegExp(`^error code: ${status}\\b|"cf-error-code">${status}<`),
    kind: "service-error",
    phase: "unknown",
    told: "Cloudflare lost the origin behind it, or never reached it",
  })),
];

/** A body that names the target's own function. */
function named(pattern: (name: string) => RegExp): (host: FunctionHost) => RegExp {
  return ({ openFaasName }) => pattern(RegExp.escape(openFaasName ?? ""));
}
