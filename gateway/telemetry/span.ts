/** One span that is over, as plain data (https://opentelemetry.io/docs/specs/otel/trace/api/#span). */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  /** True when the parent is somebody else's. */
  readonly parentIsRemote: boolean;
  readonly tracestate: string | undefined;
  readonly name: string;
  readonly kind: "server" | "client" | "internal";
  /** Wall-clock milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly failed: boolean;
}

/** Those without a value are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Takes spans somewhere. Never throws and never blocks. */
export interface SpanSink {
  take(span: Span): void;
}
