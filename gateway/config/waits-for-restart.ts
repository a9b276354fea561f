import { isDeepStrictEqual } from "node:util";
import type { EdgeLimits } from "../http/limits.ts";
import type { GatewayConfig } from "./gateway-config.ts";

/** Limits that belong to the listener or to the process, by their names in routes.yaml; the others are each request's own. */
const LIMITS = new Map<string, string>(
  Object.entries({
    headBytes: "headBytes",
    headMs: "head",
    stallMs: "stall",
    idleMs: "idle",
    connections: "connections",
    requests: "requests",
    reservePercent: "reserve",
    bufferBytes: "buffers",
    memoryPercent: "memory",
  } satisfies Partial<Record<keyof EdgeLimits, string>>),
);

/**
 * Settings of routes.yaml that differ from those that a gateway was started with and that it does not take up by itself, as
 * in `listener.tls`. PORT and all else in the environment is read at a start only, and not looked at here.
 */
export function waitsForRestart(started: GatewayConfig, next: GatewayConfig): string[] {
  const limits = changedIn(started.limits, next.limits).flatMap((name) => LIMITS.get(name) ?? []);
  const waiting = [
    ...changedIn(started.listener, next.listener).map((name) => `listener.${name}`),
    ...limits.map((name) => `limits.${name}`),
    ...changedIn(started.evidence, next.evidence).map((name) => `evidence.${name}`),
    ...flagsOf(started, next),
    ...(started.mirror.bodyBytes === next.mirror.bodyBytes ? [] : ["mirror.bodyBytes"]),
    ...(started.tracing.endpoint === next.tracing.endpoint ? [] : ["tracing.endpoint"]),
    ...(isDeepStrictEqual(started.operators.tls, next.operators.tls) ? [] : ["operators.tls"]),
  ];
  return waiting.toSorted();
}

/** Where the flags are; those of AppConfig are where `aws` says. */
function flagsOf(started: GatewayConfig, next: GatewayConfig): string[] {
  if (!isDeepStrictEqual(started.flags, next.flags)) return ["flags"];
  if (!started.flags.source.startsWith("appconfig")) return [];
  return changedIn(started.aws, next.aws).flatMap((name) =>
    name === "region" || name === "endpoint" ? [`aws.${name} (of the flags)`] : [],
  );
}

function changedIn(before: object, after: object): string[] {
  const [was, is] = [before, after].map((settings) => new Map(Object.entries(settings)));
  const names = new Set([...was!.keys(), ...is!.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(was!.get(name), is!.get(name)));
}
