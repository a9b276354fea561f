import { randomFillSync } from "node:crypto";
import type { GatewayRequest, Trace } from "./request.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/**
 * This request's trace: the client's continued, or a new root when it sent none or a malformed one
 * (https://www.w3.org/TR/trace-context/#processing-model). `tracestate` is dropped with a malformed parent. Of new roots
 * `recordPercent` are recorded; whether the client's is, the client has decided. Null records nothing, whoever asks.
 */
export function continueTrace(
  traceparent: string | undefined,
  tracestate: string | undefined,
  recordPercent: number | null,
): Trace {
  const [, traceId, parentSpanId, flags] =
    traceparent === undefined ? [] : (TRACEPARENT.exec(traceparent) ?? []);
  const spanId = randomHex(16);
  if (traceId === undefined || traceId === NO_TRACE || parentSpanId === NO_SPAN) {
    const root = randomHex(32);
    const recorded = recordPercent !== null && Math.random() * 100 < recordPercent;
    const sent = `00-${root}-${spanId}-0${recorded ? 1 : 0}`;
    return { traceId: root, spanId, parentSpanId: null, recorded, traceparent: sent, tracestate: undefined };
  }
  return {
    traceId,
    spanId,
    parentSpanId: parentSpanId!,
    recorded: recordPercent !== null && (Number.parseInt(flags!, 16) & SAMPLED) === SAMPLED,
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    tracestate,
  };
}

/**
 * The request as a step of its own, which whoever gets it finds as its parent; the request itself when no spans are
 * recorded for it, which costs one look at a property.
 */
export function asStep<Request extends GatewayRequest>(request: Request): Request | GatewayRequest {
  const { trace, headers } = request;
  if (!trace.recorded) return request;
  const spanId = randomHex(16);
  const traceparent = `00-${trace.traceId}-${spanId}-${trace.traceparent.slice(-2)}`;
  return {
    ...request,
    trace: { ...trace, spanId, parentSpanId: trace.spanId, traceparent },
    headers: headers.map((text, i) =>
      i % 2 === 1 && headers[i - 1]!.toLowerCase() === "traceparent" ? traceparent : text,
    ),
  };
}

/** Asking for a few bytes costs as much as for many. */
const POOL = Buffer.alloc(2_048);
let digits = "";
let used = 0;

/** So many hexadecimal digits, never the same ones twice. */
function randomHex(length: number): string {
  if (used + length > digits.length) {
    digits = randomFillSync(POOL).toString("hex");
    used = 0;
  }
  used += length;
  return digits.slice(used - length, used);
}
