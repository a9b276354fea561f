import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Observation } from "../diff/observation.ts";
import type { GatewayRequest } from "../http/request.ts";
import { functionText } from "../routes/function-target.ts";
import type { Route } from "../routes/route.ts";
import { silentTelemetry } from "./silent.ts";
import type { SpanAttributes, SpanSink } from "./span.ts";
import type { Side } from "../upstreams/upstream.ts";
import type { CopyMade, Telemetry } from "./telemetry.ts";

/**
 * Events as spans, once they are over: one of kind `server` for a request, `client` for each attempt, and for a copy one
 * `internal`, with the attempts and the comparison below it. All of them are of the request's trace. Attributes are those of
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and Banyan's own.
 */
export function spanTelemetry(clock: Clock, sink: SpanSink): Telemetry {
  /** When something happened, given when on the monotonic clock: the wall clock may have been set meanwhile. */
  const wall = ({ receivedAt, startedAt }: GatewayRequest, elapsed: number) =>
    receivedAt + elapsed - startedAt;

  const take = (
    request: GatewayRequest,
    about: {
      readonly kind: "server" | "client" | "internal";
      readonly name: string;
      /** Monotonic milliseconds. */
      readonly startedAt: number;
      readonly endedAt?: number;
      readonly attributes: SpanAttributes;
      readonly failed: boolean;
    },
  ) => {
    const { traceId, spanId, parentSpanId, tracestate } = request.trace;
    const { startedAt, endedAt = clock.elapsed(), kind, ...rest } = about;
    const times = { startMs: wall(request, startedAt), endMs: wall(request, endedAt) };
    const parentIsRemote = kind === "server";
    sink.take({ traceId, spanId, parentSpanId, parentIsRemote, tracestate, kind, ...times, ...rest });
  };

  const attempt = (
    request: GatewayRequest,
    route: Route | null,
    side: Side,
    { status, failure, durationMs }: Ended,
  ) => {
    if (!request.trace.recorded) return;
    const endedAt = clock.elapsed();
    take(request, {
      kind: "client",
      name: `${methodOf(request)} ${side}`,
      startedAt: endedAt - durationMs,
      endedAt,
      attributes: {
        ...methodAttributes(request),
        "http.response.status_code": status,
        "error.type": failure ?? (status !== null && status >= 400 ? String(status) : null),
        "banyan.route": route?.id,
        "banyan.target": side,
        "banyan.function": side === "function" && route !== null ? functionText(route.function) : null,
        "banyan.copy": request.copy,
      },
      failed: failure !== null || (status !== null && status >= 400),
    });
  };

  return {
    ...silentTelemetry,
    requestFinished({ request, route, decision, answeredBy, fallbackFrom, status, delivery }) {
      if (!request.trace.recorded) return;
      const failed = status >= 500;
      take(request, {
        kind: "server",
        name: route === null ? methodOf(request) : `${methodOf(request)} ${route.pattern.text}`,
        startedAt: request.startedAt,
        attributes: {
          ...methodAttributes(request),
          "http.route": route?.pattern.text,
          "http.response.status_code": status,
          "error.type": failed ? String(status) : null,
          "url.path": request.target.path,
          "url.scheme": request.client.protocol,
          "client.address": request.client.address,
          "server.address": request.host,
          "network.protocol.version": request.httpVersion,
          "banyan.request_id": request.id,
          "banyan.route": route?.id,
          "banyan.stage": decision.stage,
          "banyan.reason": decision.reason,
          "banyan.flag_version": decision.flagVersion,
          "banyan.target": answeredBy,
          "banyan.fallback_from": fallbackFrom,
          "banyan.delivery": delivery,
        },
        failed,
      });
    },
    upstreamAnswered({ request, route, side, status, durationMs }) {
      attempt(request, route, side, { status, failure: null, durationMs });
    },
    upstreamFailed({ request, route, side, error, durationMs }) {
      attempt(request, route, side, { status: null, failure: error.kind, durationMs });
    },
    copyAnswered({ request, route, side, observation }) {
      if (observation !== null) attempt(request, route, side, ended(observation));
    },
    shadowed({ route, candidate, outcome, reason, copy }) {
      if (copy === null || !copy.request.trace.recorded) return;
      const attributes = {
        "banyan.route": route.id,
        "banyan.candidate": candidate,
        "banyan.verdict": outcome,
        "banyan.drop_reason": reason,
      };
      const name = `shadow ${route.pattern.text}`;
      take(copy.request, { kind: "internal", name, startedAt: copy.startedAt, attributes, failed: false });
      if (copy.askedAt === null) return;
      const below = stepBelow(copy);
      take(below, { kind: "internal", name: "compare", startedAt: copy.askedAt, attributes, failed: false });
    },
  };
}

/** How an attempt ended. */
interface Ended {
  readonly status: number | null;
  readonly failure: string | null;
  readonly durationMs: number;
}

function ended(observation: Observation): Ended {
  const { durationMs } = observation;
  return observation.kind === "failed"
    ? { status: null, failure: observation.failure, durationMs }
    : { status: observation.status, failure: null, durationMs };
}

/** Nothing is sent for it, so its id is made up here. */
function stepBelow({ request }: CopyMade): GatewayRequest {
  const { trace } = request;
  const spanId = randomBytes(8).toString("hex");
  return { ...request, trace: { ...trace, spanId, parentSpanId: trace.spanId } };
}

/** Any other word is a client's, of which there may be many. */
const METHODS = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]);

function methodOf({ method }: GatewayRequest): string {
  return METHODS.has(method) ? method : "HTTP";
}

function methodAttributes({ method }: GatewayRequest): SpanAttributes {
  return METHODS.has(method)
    ? { "http.request.method": method }
    : { "http.request.method": "_OTHER", "http.request.method_original": method };
}
