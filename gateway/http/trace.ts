import { randomUUID } from "node:crypto";
import type { Trace } from "./request.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/**
 * This request's trace: the client's continued, or a new root when it sent none or a malformed one
 * (https://www.w3.org/TR/trace-context/#processing-model). `tracestate` is dropped with a malformed parent.
 */
export function continueTrace(traceparent: string | undefined, tracestate: string | undefined): Trace {
  const [, traceId, parent, flags] = TRACEPARENT.exec(traceparent ?? "") ?? [];
  const span = randomHex().slice(16);
  if (traceId === undefined || traceId === NO_TRACE || parent === NO_SPAN) {
    const root = randomHex();
    return { traceId: root, traceparent: `00-${root}-${span}-00`, tracestate: undefined };
  }
  return { traceId, traceparent: `00-${traceId}-${span}-${flags}`, tracestate };
}

/** 32 hexadecimal digits; node:crypto caches the entropy for UUIDs, which makes this the cheapest source. */
function randomHex(): string {
  return randomUUID().replaceAll("-", "");
}
