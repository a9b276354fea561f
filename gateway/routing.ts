import type { Socket } from "node:net";
import type { Clock } from "./clock.ts";
import type { GatewayConfig } from "./config/gateway-config.ts";
import type { Routing } from "./gateway.ts";
import { trustIn } from "./http/trust.ts";
import { paramsOf } from "./routes/pattern.ts";
import type { Route } from "./routes/route.ts";
import { routeTable } from "./routes/table.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { withAnswerHeaders } from "./upstreams/answer-headers.ts";
import type { Upstream } from "./upstreams/upstream.ts";
import type { Invoker } from "./upstreams/lambda/invoker.ts";
import { lambdaUpstream } from "./upstreams/lambda/lambda.ts";
import { httpUpstream, type HttpUpstream, type HttpUpstreamSettings } from "./upstreams/http-upstream.ts";
import { webSocketTunnel } from "./upstreams/tunnel.ts";
import { sdkInvoker } from "./upstreams/lambda/sdk-invoker.ts";

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
}

/** Something made from settings, made again only when they change. */
function kept<S, T extends { close(): void }>(make: (settings: S) => T) {
  let last: { key: string; made: T } | undefined;
  return {
    for(settings: S): T {
      const key = JSON.stringify(settings);
      if (last?.key !== key) {
        last?.made.close();
        last = { key, made: make(settings) };
      }
      return last.made;
    },
    close: () => last?.made.close(),
  };
}

/** A route's function, wherever it runs. */
function functionOf({ function: target, pattern }: Route, invoker: Invoker): Upstream {
  if (target.kind === "web") throw new Error("not yet");
  return lambdaUpstream({ invoker, target, paramsOf: ({ path }) => paramsOf(pattern, path) });
}

/** Builds upstreams and table from a configuration, and builds them again when it changes. */
export function routings(config: GatewayConfig, { clock, telemetry, viaName }: RoutingParts): Routings {
  const legacy = kept<HttpUpstreamSettings, HttpUpstream>(httpUpstream);
  const invoker = kept<GatewayConfig["aws"], Invoker>(sdkInvoker);
  const open = new Set<Socket>();

  const routingOf = ({
    legacy: { url, connections, timeoutMs },
    aws,
    routes,
    trustedProxies,
  }: GatewayConfig): Routing => {
    const invoke = invoker.for(aws);
    return {
      table: routeTable(routes),
      legacy: legacy.for({ name: "legacy", url, connections }),
      tunnel: webSocketTunnel({ legacyUrl: url, timeoutMs, open }, telemetry),
      legacyTimeoutMs: timeoutMs,
      functions: new Map(
        routes.map((route) => [route.id, withAnswerHeaders(functionOf(route, invoke), route.answerHeaders)]),
      ),
      ingress: { clock, trust: trustIn(trustedProxies), viaName },
    };
  };

  let current = routingOf(config);
  return {
    current: () => current,
    reload(next) {
      current = routingOf(next);
    },
    close() {
      for (const socket of open) socket.destroy();
      legacy.close();
      invoker.close();
    },
  };
}
