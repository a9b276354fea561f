import type { HeaderList } from "./headers.ts";
import type { CopyKind } from "./shadow-field.ts";
import type { RequestBody } from "./body.ts";
import type { Line } from "./line.ts";
import type { Target } from "./target.ts";

/** Who asked, as far as the gateway believes it. */
export interface Client {
  /** IP address without a zone; taken from forwarded fields only when the peer is trusted. */
  readonly address: string;
  readonly protocol: "http" | "https";
  /** True when the request came from a listed proxy, whose fields are believed. */
  readonly viaTrustedProxy: boolean;
  /** The port the client connected to. */
  readonly port: number;
}

/** W3C trace context of this request: the client's, or a new root (https://www.w3.org/TR/trace-context/). */
export interface Trace {
  readonly traceId: string;
  /** This gateway's own span, 16 hexadecimal digits. */
  readonly spanId: string;
  /** The span that asked for it; null for a root. */
  readonly parentSpanId: string | null;
  /** True when its spans are told to somebody. */
  readonly recorded: boolean;
  /** The value to send on: this gateway's own span as the parent. */
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** One request, as every later step sees it. Never changed after ingress. */
export interface GatewayRequest {
  /** The gateway's own id, unique over the fleet; sent on as `x-request-id` when the client sent none. */
  readonly id: string;
  readonly method: string;
  readonly target: Target;
  readonly httpVersion: "1.0" | "1.1";
  /** Authority the client addressed (Host, or the absolute-form target's), as it was sent. */
  readonly host: string;
  /** End-to-end fields in their order and case, Host included; hop-by-hop ones are gone. */
  readonly headers: HeaderList;
  readonly body: RequestBody;
  readonly client: Client;
  readonly trace: Trace;
  /** What kind of copy it is: one that this gateway sends to the side that does not answer, or one that came in. Null for neither. */
  readonly copy: CopyKind | null;
  /** Wall-clock milliseconds; for timestamps only. */
  readonly receivedAt: number;
  /** Monotonic milliseconds; for durations and deadlines. */
  readonly startedAt: number;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/**
 * A request whose client is still on the line. Only ingress and respond see `line`; what takes a plain
 * GatewayRequest cannot reach the client, so the compiler refuses a mirror that could.
 */
export interface LiveRequest extends GatewayRequest {
  readonly line: Line;
}
