import type { FailureKind, FailurePhase } from "../../../../gateway/upstreams/upstream.ts";

/** An answer as a host gave it in its function's place, and what it means. */
export interface HostAnswer {
  readonly of: string;
  /** URL of a function on that host. */
  readonly url: string;
  readonly status: number;
  readonly reason?: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly kind: FailureKind;
  readonly phase: FailurePhase;
  /** True when it is told without its body, as after HEAD. */
  readonly byHead?: true;
}

const LAMBDA = "https://abc123.lambda-url.eu-central-1.on.aws";
const RUN = "https://orders-abc.a.run.app";
const FAAS = "https://faas.example.com/function/orders";
const WORKER = "https://orders.team.workers.dev";
const aws = (type: string) => [
  "Content-Type",
  "application/json",
  "x-amzn-RequestId",
  "9d7959b4-3241-400a-816a-03112dc50e82",
  "x-amzn-ErrorType",
  type,
];
const ray = [
  "Content-Type",
  "text/plain; charset=UTF-8",
  "Server",
  "cloudflare",
  "CF-RAY",
  "8f0c1d2e3a4b5c6d-FRA",
];
const go = ["Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff"];
const denied = { kind: "denied", phase: "not-started", byHead: true } as const;

/** Captured, or written as the host's own source writes them. */
export const HOST_ANSWERS: readonly HostAnswer[] = [
  {
    of: "a Function URL that lets nobody in",
    url: LAMBDA,
    status: 403,
    headers: aws("AccessDeniedException"),
    body: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
    ...denied,
  },
  {
    of: "a Function URL that lets nobody in, as it was told until 2025",
    url: LAMBDA,
    status: 403,
    headers: aws("AccessDeniedException"),
    body: '{"Message":"Forbidden"}',
    ...denied,
  },
  {
    of: "a Function URL that does not exist",
    url: LAMBDA,
    status: 403,
    headers: aws("AccessDeniedException"),
    body: '{"Message":null}',
    ...denied,
  },
  {
    of: "a Function URL that was given a wrong signature",
    url: LAMBDA,
    status: 403,
    headers: aws("InvalidSignatureException"),
    body: '{"message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}',
    ...denied,
  },
  {
    of: "a Function URL that does not know the key",
    url: LAMBDA,
    status: 403,
    headers: aws("InvalidSignatureException"),
    body: '{"message":"The security token included in the request is invalid."}',
    ...denied,
  },
  {
    of: "a Function URL whose function is throttled",
    url: LAMBDA,
    status: 429,
    headers: aws("TooManyRequestsException"),
    body: '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
    kind: "throttled",
    phase: "not-started",
    byHead: true,
  },
  {
    of: "a Function URL whose function failed or timed out",
    url: LAMBDA,
    status: 502,
    headers: ["Content-Type", "application/json", "x-amzn-RequestId", "9d7959b4"],
    body: "Internal Server Error",
    kind: "function-error",
    phase: "started",
  },
  {
    of: "Cloud Run, which cannot verify the token",
    url: RUN,
    status: 401,
    headers: [
      "WWW-Authenticate",
      'Bearer error="invalid_token" error_description="The access token could not be verified"',
      "Content-Type",
      "text/html; charset=UTF-8",
      "Server",
      "Google Frontend",
    ],
    body: "<html><head><title>401 Unauthorized</title></head></html>",
    kind: "denied",
    phase: "unknown",
    byHead: true,
  },
  {
    of: "Cloud Run, which does not let the caller in",
    url: RUN,
    status: 403,
    headers: ["Content-Type", "text/html; charset=UTF-8", "Server", "Google Frontend"],
    body: '<html><head>\n<meta http-equiv="content-type" content="text/html;charset=utf-8">\n<title>403 Forbidden</title>\n</head>\n<body text=#000000 bgcolor=#ffffff>\n<h1>Error: Forbidden</h1>\n<h2>Your client does not have permission to get URL <code>/</code> from this server.</h2>\n<h2></h2>\n</body></html>\n',
    kind: "denied",
    phase: "unknown",
  },
  {
    of: "Cloud Run without an instance",
    url: RUN,
    status: 429,
    headers: ["Content-Type", "text/plain", "Server", "Google Frontend"],
    body: "The request was aborted because there was no available instance. Additional troubleshooting documentation can be found at: https://cloud.google.com/run/docs/troubleshooting#abort-request",
    kind: "throttled",
    phase: "unknown",
  },
  {
    of: "Azure, where the app is stopped",
    url: "https://orders.azurewebsites.net/api",
    status: 403,
    reason: "Site Disabled",
    headers: ["Content-Type", "text/html"],
    body: "<h1>Error 403 - This web app is stopped.</h1>",
    kind: "unavailable",
    phase: "unknown",
    byHead: true,
  },
  {
    of: "OpenFaaS, which knows no such function",
    url: FAAS,
    status: 404,
    headers: ["Content-Type", "text/plain; charset=utf-8"],
    body: "error finding function orders.openfaas-fn: server returned non-200 status code (404) for function, orders",
    kind: "not-found",
    phase: "not-started",
  },
  {
    of: "OpenFaaS, where the function has no replica",
    url: FAAS,
    status: 503,
    headers: [...go, "X-OpenFaaS-Internal", "proxy"],
    body: "No endpoints available for: orders.\n",
    kind: "unavailable",
    phase: "not-started",
  },
  {
    of: "OpenFaaS, which lost the replica",
    url: FAAS,
    status: 500,
    headers: [...go, "X-OpenFaaS-Internal", "proxy"],
    body: "Can't reach service for: orders.\n",
    kind: "service-error",
    phase: "unknown",
  },
  {
    of: "Knative with a full queue",
    url: "http://orders.default.example.com",
    status: 503,
    headers: go,
    body: "pending request queue full\n",
    kind: "throttled",
    phase: "unknown",
  },
  {
    of: "Cloudflare, whose Worker threw",
    url: WORKER,
    status: 500,
    headers: ray,
    body: "error code: 1101",
    kind: "function-error",
    phase: "started",
  },
  {
    of: "Cloudflare, whose Worker threw, told to a browser",
    url: WORKER,
    status: 500,
    headers: ray,
    body: '<h1>\n<span class="cf-error-type" data-translate="error">Error</span>\n<span class="cf-error-code">1101</span>',
    kind: "function-error",
    phase: "started",
  },
  {
    of: "Cloudflare, whose Worker used up its CPU time",
    url: WORKER,
    status: 503,
    headers: ray,
    body: "error code: 1102",
    kind: "function-error",
    phase: "started",
  },
  {
    of: "Cloudflare, where the day's requests are used up",
    url: WORKER,
    status: 429,
    headers: ray,
    body: "error code: 1027",
    kind: "throttled",
    phase: "unknown",
  },
  {
    of: "Cloudflare Access, which asks for a login",
    url: WORKER,
    status: 302,
    headers: [
      ...ray,
      "Location",
      "https://team.cloudflareaccess.com/cdn-cgi/access/login/orders.team.workers.dev?kid=1",
    ],
    body: "",
    kind: "denied",
    phase: "unknown",
    byHead: true,
  },
  {
    of: "Cloudflare, which cannot connect to the origin",
    url: WORKER,
    status: 522,
    headers: ray,
    body: "error code: 522",
    kind: "service-error",
    phase: "unknown",
  },
];
