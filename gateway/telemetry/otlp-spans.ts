import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  createTraceState,
  trace,
  type Context,
  type HrTime,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  TracerProvider,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import type { Span, SpanAttributes, SpanSink } from "./span.ts";

export interface OtlpSettings {
  /** The whole URL of a collector's traces, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly serviceVersion: string;
  /** Spans could not be sent, or can be again: null. Said once for each change. */
  readonly onTrouble: (problem: Error | null) => void;
}

export interface OtlpSpans extends SpanSink, AsyncDisposable {}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };
const SEND_LIMIT_MS = 3_000;
const SEND_EVERY_MS = 1_000;

/**
 * Sends spans to a collector, in batches (https://opentelemetry.io/docs/specs/otlp/#otlphttp). At most 2,048 wait; what is more
 * is dropped. The exporter reads OTEL_EXPORTER_OTLP_HEADERS itself.
 */
export function otlpSpans({ endpoint, serviceName, serviceVersion, onTrouble }: OtlpSettings): OtlpSpans {
  /** Spans have their ids already: those that were sent on. */
  let ids = { traceId: "", spanId: "" };
  const exporter = toldExporter(
    new OTLPTraceExporter({ url: endpoint, timeoutMillis: SEND_LIMIT_MS }),
    onTrouble,
  );
  const provider = new TracerProvider({
    // OTEL_RESOURCE_ATTRIBUTES says what else there is to say of this place.
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ "service.name": serviceName, "service.version": serviceVersion })),
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => ids.traceId, generateSpanId: () => ids.spanId },
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
  });
  const tracer = provider.getTracer("banyan", serviceVersion);
  return {
    take(span) {
      ids = span;
      const started = tracer.startSpan(
        span.name,
        { kind: KINDS[span.kind], startTime: hrTime(span.startMs), attributes: valued(span.attributes) },
        parentOf(span),
      );
      if (span.failed) started.setStatus({ code: SpanStatusCode.ERROR });
      started.end(hrTime(span.endMs));
    },
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

function parentOf({ traceId, parentSpanId, parentIsRemote, tracestate }: Span): Context {
  if (parentSpanId === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId: parentSpanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: parentIsRemote,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  });
}

/** Seconds and nanoseconds: as a lone number, a small one would be taken for time since the process began. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function valued(attributes: SpanAttributes): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) found[name] = value;
  }
  return found;
}

function toldExporter(exporter: SpanExporter, onTrouble: OtlpSettings["onTrouble"]): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const fails = result.error !== undefined;
        if (fails !== failing) onTrouble(result.error ?? null);
        failing = fails;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
