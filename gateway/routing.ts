import type { Socket } from "node:net";
import type { Clock } from "./clock.ts";
import type { GatewayConfig } from "./config/gateway-config.ts";
import type { Routing } from "./gateway.ts";
import { trustIn } from "./http/trust.ts";
import { kept, type Kept } from "./kept.ts";
import type { ShadowSides } from "./shadow/shadow-sides.ts";
import type { FunctionTarget, LambdaTarget, WebTarget } from "./routes/function-target.ts";
import { paramsOf } from "./routes/pattern.ts";
import type { Route } from "./routes/route.ts";
import { routeTable } from "./routes/table.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { withAnswerHeaders } from "./upstreams/answer-headers.ts";
import type { HttpUpstream } from "./upstreams/http-upstream.ts";
import type { Invoker } from "./upstreams/lambda/invoker.ts";
import { keepWarm } from "./upstreams/lambda/keep-warm.ts";
import { lambdaUpstream } from "./upstreams/lambda/lambda.ts";
import { reportSampler } from "./upstreams/lambda/report-sampler.ts";
import { lateInvoker, type InvokerSettings } from "./upstreams/lambda/late-invoker.ts";
import { legacyUpstream, type LegacySettings } from "./upstreams/legacy.ts";
import { webSocketTunnel } from "./upstreams/tunnel.ts";
import type { Upstream } from "./upstreams/upstream.ts";
import { webUpstream } from "./upstreams/web/web.ts";

/** The routing in use. A reload swaps it whole; requests under way finish on the one they began with. */
export interface Routings {
  current(): Routing;
  /** Takes a new configuration into use. What it has in common with the one before keeps its connections. */
  reload(config: GatewayConfig): void;
  /** Ends tunnels and lets go of idle connections. */
  close(): void;
}

export interface RoutingParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly viaName: string;
  /** False where another process of the same gateway keeps the functions warm. */
  readonly keepsWarm?: boolean;
  /** True when spans go somewhere; they do not unless it is said. */
  readonly traced?: boolean;
}

/** Builds upstreams and table from a configuration, and builds them again when it changes. */
export function routings(
  config: GatewayConfig,
  { clock, telemetry, viaName, keepsWarm = true, traced = false }: RoutingParts,
): Routings {
  const live = connections();
  // Copies have sockets of their own: however slow the other side is, nobody who is answered waits for a socket.
  const copies = connections();
  const warm = kept<WarmSettings, { close(): void }>(({ aws, targets }) => {
    if (targets.length === 0) return { close: () => undefined };
    const { stop } = keepWarm(targets, live.invokers.for(aws), (round) => telemetry.keptWarm(round));
    return { close: stop };
  });
  const pools = [warm, live, copies];
  const open = new Set<Socket>();

  const lambdaOf = (
    target: LambdaTarget,
    { id, pattern }: Route,
    aws: GatewayConfig["aws"],
    { invokers }: Connections,
  ): Upstream =>
    lambdaUpstream({
      invoker: invokers.for(awsSettings(aws)),
      target,
      paramsOf: ({ path }) => paramsOf(pattern, path),
      sampleReport: reportSampler(aws.reportPercent, clock, (report, tookMs, version) =>
        telemetry.functionReported({ routeId: id, report, tookMs, version }),
      ),
    });

  const functionOf = (
    route: Route,
    aws: GatewayConfig["aws"],
    over: Connections,
    target: FunctionTarget = route.function,
  ): Upstream => {
    const upstream = target.kind === "web" ? over.hosts.for(target) : lambdaOf(target, route, aws, over);
    return withAnswerHeaders(upstream, route.answerHeaders);
  };

  /** Made when the first copy goes there. */
  const shadowSidesOf = ({ legacy, aws, mirror }: GatewayConfig): Routing["shadowSides"] => {
    const sides = new Map<Route, ShadowSides>();
    const connections = Math.min(legacy.connections, mirror.concurrency);
    return (route) => {
      const known = sides.get(route);
      if (known !== undefined) return known;
      const rehearsing = rehearsalOf(route);
      const made = {
        legacy: copies.legacies.for({ name: "legacy", url: legacy.url, connections, client: legacy.client }),
        function: functionOf(route, aws, copies),
        rehearsal: rehearsing === null ? null : functionOf(route, aws, copies, rehearsing),
      };
      sides.set(route, made);
      return made;
    };
  };

  const routingOf = (config: GatewayConfig): Routing => {
    const { legacy, aws, routes, trustedProxies, limits, tracing } = config;
    const recordPercent = traced ? tracing.percent : null;
    const { url, connections, share, timeoutMs, client } = legacy;
    const routing = {
      table: routeTable(routes),
      legacy: live.legacies.for({ name: "legacy", url, connections, share, client }),
      tunnel: webSocketTunnel({ legacyUrl: url, timeoutMs, open }, telemetry),
      legacyTimeoutMs: timeoutMs,
      functions: new Map(routes.map((route) => [route.id, functionOf(route, aws, live)])),
      shadowSides: shadowSidesOf(config),
      ingress: { clock, trust: trustIn(trustedProxies), viaName, limits, recordPercent },
    };
    warm.for({ aws: awsSettings(aws), targets: keepsWarm ? toBeKeptWarm(routes) : [] });
    for (const pool of pools) pool.sweep();
    return routing;
  };

  let current = routingOf(config);
  return {
    current: () => current,
    reload(next) {
      current = routingOf(next);
    },
    close() {
      for (const socket of open) socket.destroy();
      for (const pool of pools) pool.close();
    },
  };
}

/** Connections that are kept over reloads. */
interface Connections extends Pick<Kept<unknown, unknown>, "sweep" | "close"> {
  readonly legacies: Kept<LegacySettings, HttpUpstream>;
  readonly invokers: Kept<InvokerSettings, Invoker>;
  readonly hosts: Kept<WebTarget, HttpUpstream>;
}

function connections(): Connections {
  const legacies = kept<LegacySettings, HttpUpstream>(legacyUpstream);
  const invokers = kept<InvokerSettings, Invoker>(lateInvoker);
  const hosts = kept<WebTarget, HttpUpstream>((target) => webUpstream({ target }));
  const all = [legacies, invokers, hosts];
  return {
    legacies,
    invokers,
    hosts,
    sweep: () => all.forEach((pool) => pool.sweep()),
    close: () => all.forEach((pool) => pool.close()),
  };
}

/** The function by the alias that works on a scratch store; null where there is none. */
function rehearsalOf({ function: target, shadow }: Route): LambdaTarget | null {
  return target.kind === "lambda" && shadow.rehearsal !== null
    ? { ...target, qualifier: shadow.rehearsal }
    : null;
}

interface WarmSettings {
  readonly aws: InvokerSettings;
  readonly targets: readonly LambdaTarget[];
}

/** Only what the calls themselves depend on: other settings of AWS change without new connections. */
function awsSettings({ region, endpoint, client }: GatewayConfig["aws"]): InvokerSettings {
  return { region, endpoint, client };
}

function toBeKeptWarm(routes: readonly Route[]): LambdaTarget[] {
  return routes.flatMap(({ function: target }) =>
    target.kind === "lambda" && target.keepWarm !== null ? [target] : [],
  );
}
