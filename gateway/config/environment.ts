/** One variable that is read from the environment. */
export interface EnvironmentVariable {
  readonly name: string;
  /** What counts when it is not set, or empty; null for nothing. */
  readonly otherwise: string | null;
  readonly means: string;
}

/** Every variable that `env.ts` reads, for the help and for whoever looks for one. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  { name: "PORT", otherwise: "8080", means: "where clients connect; 0 for any free port" },
  { name: "HOST", otherwise: "0.0.0.0", means: "the address for clients" },
  { name: "ADMIN_PORT", otherwise: "9901", means: "where operators, and this command, connect" },
  { name: "ADMIN_HOST", otherwise: "127.0.0.1", means: "the address for operators" },
  {
    name: "WORKERS",
    otherwise: "1",
    means: "processes that answer clients, as `start --workers`; auto: one a core",
  },
  { name: "DRAIN_GRACE", otherwise: "1s", means: "on SIGTERM: answers on, and says that it is not ready" },
  { name: "DRAIN_LIMIT", otherwise: "25s", means: "how long requests in flight may take from then on" },
  { name: "BANYAN_CONFIG", otherwise: "routes.yaml", means: "the file of routes" },
  { name: "BANYAN_DATA", otherwise: ".banyan", means: "folder of everything that the gateway writes" },
  {
    name: "BANYAN_FLAGS",
    otherwise: null,
    means: "a whole flag document, instead of what routes.yaml names",
  },
  { name: "BANYAN_GATEWAYS", otherwise: null, means: "operator addresses of all gateways, by commas" },
  { name: "BANYAN_TOKEN", otherwise: null, means: "shows a gateway who asks" },
  { name: "LOG_LEVEL", otherwise: "info", means: "trace, debug, info, warn, error, fatal, silent" },
  {
    name: "AWS_ENDPOINT_URL_LAMBDA",
    otherwise: null,
    means: "where Lambda's API is, instead of AWS, unless routes.yaml says",
  },
  { name: "AWS_ENDPOINT_URL", otherwise: null, means: "the same for all of AWS" },
  {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    otherwise: null,
    means: "where spans go, unless routes.yaml says",
  },
  { name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", otherwise: null, means: "the same, whole, for traces alone" },
  { name: "OTEL_SERVICE_NAME", otherwise: "banyan", means: "what traces call this gateway" },
  { name: "NO_COLOR", otherwise: null, means: "anything in it switches colours off" },
  { name: "CI", otherwise: null, means: "anything in it: no questions, no progress bars" },
  {
    name: "GITHUB_STEP_SUMMARY",
    otherwise: null,
    means: "file for the report form `summary`; GitHub sets it",
  },
];
