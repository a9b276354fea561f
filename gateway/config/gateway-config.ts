import { builtInPrices, type Prices } from "../cost/prices.ts";
import { compareRules } from "./compare-schema.ts";
import { DEFAULT_RULES } from "../diff/rules.ts";
import type { RedactSettings } from "../diff/redact.ts";
import type { EdgeLimits } from "../http/limits.ts";
import type { BudgetLimits } from "../shadow/budget.ts";
import { gatesOf } from "./gate-schema.ts";
import type { OperatorsConfig } from "./operators-schema.ts";
import type { ListenerConfig } from "./listener-schema.ts";
import { edgeLimits } from "./limits-schema.ts";
import { shadowSettings } from "./shadow-schema.ts";
import type { BreakerSettings, Route, StickySource } from "../routes/route.ts";
import type { Problem } from "./problem.ts";
import type { DefaultsEntry, RouteEntry, RoutesFile } from "./schema.ts";

/** Everything routes.yaml says, with defaults merged and variables filled in. Never changed: a reload makes a new one. */
export interface GatewayConfig {
  readonly legacy: {
    /** Origin, without a trailing slash. */
    readonly url: string;
    readonly timeoutMs: number;
    /** Sockets at most. */
    readonly connections: number;
    /** Percent of them that one route may hold. */
    readonly share: number;
    /** What asks it: our own client, or node:http's. */
    readonly client: "lean" | "node";
  };
  readonly flags: FlagsConfig;
  readonly aws: {
    readonly region: string;
    readonly endpoint: string | null;
    /** What calls functions: our own client, or the AWS SDK's. */
    readonly client: "lean" | "sdk";
    /** Share of calls whose report is read, 0–100. */
    readonly reportPercent: number;
    /** File of prices, as it is written; null for those that come with Banyan. */
    readonly pricesFile: string | null;
    readonly prices: Prices;
  };
  /** How clients' connections are taken. */
  readonly listener: ListenerConfig;
  /** What one client, and all of them together, may take. */
  readonly limits: EdgeLimits;
  /** What copies may cost. */
  readonly mirror: BudgetLimits & { readonly bodyBytes: number };
  /** Where evidence is kept, and how long. */
  readonly evidence: EvidenceConfig;
  /** What nobody may find in it. */
  readonly redact: Omit<RedactSettings, "numbersAsWritten">;
  /** What tells clients apart where no route says so, first that is there. */
  readonly stickyBy: readonly StickySource[];
  /** Where the spans of which requests go. */
  readonly tracing: {
    /** Null when routes.yaml names none. */
    readonly endpoint: string | null;
    /** Of requests that have no trace of their own, 0–100. */
    readonly percent: number;
  };
  /** Who may use the operator's side. */
  readonly operators: OperatorsConfig;
  /** Addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly routes: readonly Route[];
  readonly warnings: readonly Problem[];
  /** The file as plain data, with `${VARIABLES}` not filled in: safe to print. */
  readonly printable: unknown;
}

/** Where flags are kept. */
export type FlagsConfig = FlagFileConfig | AppConfigConfig | AgentConfig | OpenFeatureConfig;

export interface FlagFileConfig {
  readonly source: "file";
  /** As it is written; null when routes.yaml says nothing. */
  readonly file: string | null;
}

/** Names or ids, as AppConfig takes both. */
export interface AppConfigConfig {
  readonly source: "appconfig";
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly pollMs: number;
  /** Of flips. */
  readonly strategy: string;
}

/** The AppConfig Agent beside this gateway. */
export interface AgentConfig extends Omit<AppConfigConfig, "source"> {
  readonly source: "appconfig-agent";
  readonly url: string;
  /** Null when the agent asks for none. */
  readonly accessToken: string | null;
}

/** Any OpenFeature provider. */
export interface OpenFeatureConfig {
  readonly source: "openfeature";
  /** Package or file, relative to routes.yaml, whose default export makes one. */
  readonly provider: string;
  /** Key of the object flag that holds the flags. */
  readonly flag: string;
}

/** Where evidence is kept. */
export interface EvidenceConfig {
  readonly store: "sqlite" | "postgres" | "memory";
  /** SQLite's; null for the usual place. */
  readonly file: string | null;
  /** PostgreSQL's. */
  readonly url: string | null;
  readonly environment: string;
  /** Field of legacy's answers that names its build, lower-case; null when none does. */
  readonly legacyBuildHeader: string | null;
  readonly keepCountsDays: number;
  readonly keepSamplesDays: number;
  readonly samplesMaxBytes: number;
}

const STICKY_BY: readonly StickySource[] = [{ from: "address" }];
const TIMEOUT_MS = 30_000;
const BREAKER: BreakerSettings = {
  errorPercent: 50,
  slowCallMs: null,
  minimumCalls: 20,
  windowMs: 10_000,
  openMs: 5000,
};

/** The configuration of a valid file. */
export function gatewayConfig(
  {
    legacy,
    flags,
    aws,
    listener,
    limits,
    mirror,
    evidence,
    redact,
    tracing,
    operators,
    trustedProxies,
    defaults,
  }: Omit<RoutesFile, "routes">,
  routes: readonly Route[],
  warnings: readonly Problem[],
  printable: unknown,
): GatewayConfig {
  return {
    legacy: {
      url: new URL(legacy.url).origin,
      timeoutMs: legacy.timeout,
      connections: legacy.connections,
      share: legacy.share,
      client: legacy.client,
    },
    flags: flagsConfig(flags),
    aws: {
      region: aws.region,
      endpoint: aws.endpoint ?? null,
      client: aws.client,
      reportPercent: aws.reportPercent,
      pricesFile: aws.prices ?? null,
      prices: builtInPrices,
    },
    listener,
    limits: edgeLimits(limits),
    mirror: { ...mirror, lagMs: mirror.lag },
    evidence: {
      ...evidence,
      file: evidence.file ?? null,
      url: evidence.url ?? null,
      legacyBuildHeader: evidence.legacyBuildHeader ?? null,
    },
    redact,
    tracing: { endpoint: tracing.endpoint ?? null, percent: tracing.percent },
    operators,
    stickyBy: defaults.stickyBy ?? STICKY_BY,
    trustedProxies,
    routes,
    warnings,
    printable,
  };
}

function flagsConfig(flags: RoutesFile["flags"]): FlagsConfig {
  if (flags.source === "file") return { source: "file", file: flags.file ?? null };
  if (flags.source === "openfeature") return flags;
  const { poll, ...address } = flags;
  if (address.source === "appconfig") return { ...address, pollMs: poll };
  return { ...address, pollMs: poll, accessToken: address.accessToken ?? null };
}

/** A route of the table: its entry over the file's defaults over the built-in ones, field by field. */
export function routeOf(id: string, entry: RouteEntry, defaults: DefaultsEntry, line: number): Route {
  const { match, function: target } = entry;
  return {
    id,
    methods: match.method === null ? null : [...new Set(match.method)],
    host: match.host ?? null,
    pattern: match.path,
    function: target,
    answerHeaders: entry.answerHeaders,
    group: entry.group ?? id,
    stage: entry.stage,
    percent: entry.percent ?? 0,
    stickyBy: entry.stickyBy ?? defaults.stickyBy ?? STICKY_BY,
    timeoutMs: entry.timeout ?? defaults.timeout ?? TIMEOUT_MS,
    repeatable: entry.repeatable ?? false,
    replaceServerErrors: entry.replaceServerErrors,
    breaker: { ...BREAKER, ...breakerSettings(defaults.breaker), ...breakerSettings(entry.breaker) },
    shadow: shadowSettings(entry.shadow, defaults.shadow),
    compare: entry.compare === undefined ? DEFAULT_RULES : compareRules(entry.compare),
    gate: gatesOf(entry.gate, defaults.gate),
    line,
  };
}

/** Only the settings that are written: an absent one must not hide a default. */
function breakerSettings(entry: DefaultsEntry["breaker"]): Partial<BreakerSettings> {
  const { errorPercent, slowCall, minimumCalls, window, open } = entry ?? {};
  return {
    ...(errorPercent !== undefined && { errorPercent }),
    ...(slowCall !== undefined && { slowCallMs: slowCall }),
    ...(minimumCalls !== undefined && { minimumCalls }),
    ...(window !== undefined && { windowMs: window }),
    ...(open !== undefined && { openMs: open }),
  };
}
