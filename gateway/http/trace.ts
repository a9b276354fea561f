import { randomFillSync } from "node:crypto";
import type { Trace } from "./request.ts";

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/**
 * This request's trace: the client's continued, or a new root when it sent none or a malformed one
 * (https://www.w3.org/TR/trace-context/#processing-model). `tracestate` is dropped with a malformed parent.
 */
export function continueTrace(traceparent: string | undefined, tracestate: string | undefined): Trace {
  const [, traceId, parent, flags] = traceparent === undefined ? [] : (TRACEPARENT.exec(traceparent) ?? []);
  const span = randomHex(16);
  if (traceId === undefined || traceId === NO_TRACE || parent === NO_SPAN) {
    const root = randomHex(32);
    return { traceId: root, traceparent: `00-${root}-${span}-00`, tracestate: undefined };
  }
  return { traceId, traceparent: `00-${traceId}-${span}-${flags}`, tracestate };
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
