import type { GatewayConfig } from "../config/gateway-config.ts";
import type { Route } from "../routes/route.ts";

/**
 * What routes.yaml allows the gateway, divided by its workers: connections, requests, copies. Shares are rounded up, and
 * what one client may take, timeouts and what opens a breaker stay as they are.
 */
export function shareOf(config: GatewayConfig, workers: number): GatewayConfig {
  const { legacy, limits, mirror } = config;
  const part = (whole: number) => Math.max(1, Math.ceil(whole / workers));
  return {
    ...config,
    legacy: { ...legacy, connections: part(legacy.connections) },
    limits: { ...limits, connections: part(limits.connections), requests: part(limits.requests) },
    mirror: {
      ...mirror,
      concurrency: part(mirror.concurrency),
      perSecond: part(mirror.perSecond),
      bytes: part(mirror.bytes),
    },
    routes: config.routes.map((route) => ({
      ...route,
      function: functionShare(route.function, part),
      shadow: shadowShare(route.shadow, part, workers),
    })),
  };
}

function functionShare(target: Route["function"], part: (whole: number) => number): Route["function"] {
  return target.kind === "web" ? { ...target, connections: part(target.connections) } : target;
}

function shadowShare(
  shadow: Route["shadow"],
  part: (whole: number) => number,
  workers: number,
): Route["shadow"] {
  if (shadow.enough === null) return shadow;
  const { pairs, thenPerSecond } = shadow.enough;
  return { ...shadow, enough: { pairs: part(pairs), thenPerSecond: thenPerSecond / workers } };
}
