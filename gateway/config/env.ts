import { durationMs } from "./duration.ts";
import type { Variables } from "./interpolate.ts";
import { workerCount } from "./worker-count.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the environment decides: where to listen, and where files are. */
export interface Settings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** How long it says that it is not ready and goes on answering, so that whoever sends clients here can notice. */
  readonly drainGraceMs: number;
  /** How long requests in flight may take from then on. */
  readonly drainLimitMs: number;
  /** Processes that answer clients; 1 for this one. */
  readonly workers: number;
  /** Path of routes.yaml. */
  readonly configFile: string;
  /** Folder of everything the gateway writes. */
  readonly dataFolder: string;
  readonly logLevel: LogLevel;
  /** False when NO_COLOR is set to anything (https://no-color.org). */
  readonly colors: boolean;
  /** A whole flag document, which counts instead of what routes.yaml names; null when there is none. */
  readonly flags: string | null;
  /** Operator addresses of all gateways of the fleet; null when nobody says. */
  readonly gateways: readonly string[] | null;
  /** By which the command line shows a gateway who it is; null for nothing. */
  readonly token: string | null;
  /** Where the AWS SDK finds Lambda's API instead of AWS's own; null when the environment does not say. */
  readonly lambdaEndpoint: string | null;
  /** Where a collector takes traces, whole; null when the environment names none. */
  readonly tracesEndpoint: string | null;
  /** By which traces know this gateway. */
  readonly serviceName: string;
  /** File that GitHub shows on the page of a job; null elsewhere. */
  readonly stepSummary: string | null;
  /** The whole environment, for `${VARIABLES}` in routes.yaml. */
  readonly variables: Variables;
}

/** Everything wrong with the environment, at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** The settings, or a SettingsError. An empty variable counts as not set, as in `PORT= npm start`. */
export function readEnv(env: Variables = process.env): Settings {
  const problems: string[] = [];
  const text = (name: string, otherwise: string) => env[name] || otherwise;
  const port = (name: string, otherwise: number) => {
    const written = env[name] || String(otherwise);
    if (/^[0-9]{1,5}$/.test(written) && Number(written) <= 65_535) return Number(written);
    problems.push(`${name} is no port: set it to a number from 0 to 65535, or unset it for ${otherwise}`);
    return otherwise;
  };
  const duration = (name: string, otherwise: string) => {
    const ms = durationMs(env[name] || otherwise);
    if (ms === null) problems.push(`${name} is no duration: set it to one such as ${otherwise}`);
    return ms ?? 0;
  };
  const workers = workerCount(env["WORKERS"] || "1");
  if (workers === null)
    problems.push("WORKERS is no number of processes: set it to one from 1 to 128, or to auto");
  const settings = {
    host: text("HOST", "0.0.0.0"),
    port: port("PORT", 8080),
    adminHost: text("ADMIN_HOST", "127.0.0.1"),
    adminPort: port("ADMIN_PORT", 9901),
    drainGraceMs: duration("DRAIN_GRACE", "1s"),
    drainLimitMs: duration("DRAIN_LIMIT", "25s"),
    workers: workers ?? 1,
    configFile: text("BANYAN_CONFIG", "routes.yaml"),
    dataFolder: text("BANYAN_DATA", ".banyan"),
    logLevel: LOG_LEVELS.find((level) => level === text("LOG_LEVEL", "info")),
    colors: !env["NO_COLOR"],
    flags: env["BANYAN_FLAGS"] || null,
    gateways: env["BANYAN_GATEWAYS"]?.split(",").map((url) => url.trim()) ?? null,
    token: env["BANYAN_TOKEN"] || null,
    lambdaEndpoint: env["AWS_ENDPOINT_URL_LAMBDA"] || env["AWS_ENDPOINT_URL"] || null,
    tracesEndpoint: tracesEndpoint(env),
    serviceName: text("OTEL_SERVICE_NAME", "banyan"),
    stepSummary: env["GITHUB_STEP_SUMMARY"] || null,
    variables: { ...env },
  };
  const { logLevel } = settings;
  if (logLevel === undefined)
    problems.push(`LOG_LEVEL is no level: set it to one of ${LOG_LEVELS.join(", ")}`);
  if (settings.port === settings.adminPort && settings.port !== 0 && problems.length === 0) {
    problems.push(`PORT and ADMIN_PORT are both ${settings.port}: give each its own`);
  }
  if (problems.length > 0 || logLevel === undefined) throw new SettingsError(problems);
  return { ...settings, logLevel };
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp */
function tracesEndpoint(env: Variables): string | null {
  const base = env["OTEL_EXPORTER_OTLP_ENDPOINT"]?.replace(/\/$/, "");
  return env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] || (base ? `${base}/v1/traces` : null);
}
