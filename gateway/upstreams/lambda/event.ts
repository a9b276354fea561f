import type { Payload } from "../../routes/function-target.ts";
import { UpstreamError } from "../upstream.ts";
import { functionUrlEvent } from "./events/function-url.ts";
import { loadBalancerEvent } from "./events/load-balancer.ts";
import { restApiEvent } from "./events/rest-api.ts";
import type { EventSource } from "./events/source.ts";

/** Bytes of a synchronous request's payload at most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;

const EVENTS: Readonly<Record<Payload, (source: EventSource) => object>> = {
  "2.0": functionUrlEvent,
  "1.0": restApiEvent,
  alb: loadBalancerEvent,
  "alb-multi-value": loadBalancerEvent,
};

/** The bytes of the event in the format that the function was written for; an UpstreamError when it is too large to be sent. */
export function eventBytes(source: EventSource): Buffer {
  const event = EVENTS[source.settings.payload](source);
  const { copy } = source.request;
  // Beside the header field, for handlers whose adapter takes those for the app's business.
  const bytes = Buffer.from(JSON.stringify(copy === null ? event : { ...event, banyanShadow: copy }));
  if (bytes.length <= MAX_EVENT_BYTES) return bytes;
  // The function certainly did not run: the limit is checked before the call.
  throw new UpstreamError(
    "too-large",
    `the event has ${bytes.length} bytes, and Lambda takes ${MAX_EVENT_BYTES}`,
  );
}
