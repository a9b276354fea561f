import { packageVersion } from "../admin/version.ts";
import type { Clock } from "../clock.ts";
import type { Settings } from "../config/env.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { spanTelemetry } from "./spans.ts";
import type { Telemetry } from "./telemetry.ts";

export interface ConfiguredSpans extends AsyncDisposable {
  readonly telemetry: Telemetry;
}

interface SpanParts {
  readonly clock: Clock;
  /** Spans could not be sent; said once until they can be again. */
  readonly onTrouble: (error: Error) => void;
}

/** Spans for the collector that routes.yaml or the environment names; null, and nothing is loaded, when neither does. */
export async function configuredSpans(
  { tracing }: Pick<GatewayConfig, "tracing">,
  { tracesEndpoint, serviceName }: Pick<Settings, "tracesEndpoint" | "serviceName">,
  { clock, onTrouble }: SpanParts,
): Promise<ConfiguredSpans | null> {
  const endpoint = tracing.endpoint ?? tracesEndpoint;
  if (endpoint === null) return null;
  const { otlpSpans } = await import("./otlp-spans.ts");
  const serviceVersion = packageVersion();
  const spans = otlpSpans({
    endpoint,
    serviceName,
    serviceVersion,
    onTrouble: (problem) => problem !== null && onTrouble(problem),
  });
  return {
    telemetry: spanTelemetry(clock, spans),
    [Symbol.asyncDispose]: () => spans[Symbol.asyncDispose](),
  };
}
